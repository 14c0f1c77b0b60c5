// Only comfort: every page works without it.
"use strict";
// A table that is narrower than its rows can be reached by keyboard only where it scrolls.
function reachable() {
  for (const box of document.querySelectorAll(".table")) {
    if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}
// What was found is also said at its cell.
function marked() {
  for (const cell of document.querySelectorAll("[aria-invalid]")) {
    cell.removeAttribute("aria-invalid");
    if (!cell.classList.contains("other")) cell.removeAttribute("aria-describedby");
    cell.removeAttribute("title");
  }
  for (const one of document.querySelectorAll("li.error[data-cell]")) {
    const cell = document.getElementById(one.dataset.cell);
    if (!cell) continue;
    cell.setAttribute("aria-invalid", "true");
    cell.setAttribute("aria-describedby", one.id);
    cell.title = one.textContent.trim();
  }
}
function cellsOf(row) { return [...row.querySelectorAll("input[name^='cell.']")]; }
// Cells that were copied in a spreadsheet go into the cells from the one on, rows are added as needed.
function pasted(event) {
  const at = event.target;
  if (!(at instanceof HTMLInputElement) || !at.name.startsWith("cell.") || !at.closest("[data-grid]")) return;
  const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (!/[\t\n]/.test(text)) return;
  event.preventDefault();
  let row = at.closest("tr");
  const first = cellsOf(row).indexOf(at);
  for (const line of text.split("\n")) {
    if (!row) row = added(at.closest("tbody"));
    line.split("\t").forEach((word, n) => { const cell = cellsOf(row)[first + n]; if (cell) cell.value = word.trim(); });
    row = row.nextElementSibling;
  }
  at.dispatchEvent(new Event("change", { bubbles: true }));
}
function added(body) {
  const last = body.lastElementChild, row = last.cloneNode(true);
  const news = [...body.querySelectorAll("input[name^='cell.new']")].map((cell) => Number(cell.name.split(".")[1].slice(3)));
  const number = "new" + (Math.max(0, ...news) + 1), place = String(Number(last.firstElementChild.textContent) + 1);
  const was = last.firstElementChild.textContent;
  row.firstElementChild.textContent = place;
  for (const cell of row.querySelectorAll("input")) {
    cell.name = cell.name.replace(/^(cell|gone)\.[^.]+/, `$1.${number}`);
    if (cell.id) cell.id = cell.name;
    cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(new RegExp(` ${was}$`), ` ${place}`));
    cell.value = "";
    if (cell.type === "checkbox") cell.checked = false;
  }
  body.append(row);
  return row;
}
// Up, down and Enter move as in a spreadsheet.
function moved(event) {
  const at = event.target;
  if (!(at instanceof HTMLInputElement) || !at.name.startsWith("cell.")) return;
  const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
  if (!step || (event.key !== "Enter" && at.list)) return;
  event.preventDefault();
  const row = at.closest("tr"), other = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  if (other) cellsOf(other)[cellsOf(row).indexOf(at)].focus();
}
// A schedule is one stop of the Tab key; arrow keys go from figure to figure.
let looked = "";
function stops() {
  for (const table of document.querySelectorAll("[data-cells]")) {
    const links = [...table.querySelectorAll("td a")];
    const stop = links.find((link) => link.hasAttribute("aria-current")) || links[0];
    for (const link of links) link.tabIndex = link === stop ? 0 : -1;
    const again = looked && document.getElementById(looked);
    if (again) again.focus();
  }
  looked = "";
}
function stepped(event) {
  const at = event.target;
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!step || !(at instanceof HTMLAnchorElement) || !at.closest("[data-cells] td")) return;
  event.preventDefault();
  const rows = [...at.closest("tbody").rows], cell = at.closest("td");
  let row = rows.indexOf(cell.parentElement) + step[0], column = cell.cellIndex + step[1];
  for (; rows[row] && rows[row].cells[column]; row += step[0], column += step[1]) {
    const link = rows[row].cells[column].querySelector("td a");
    if (!link) continue;
    at.tabIndex = -1; link.tabIndex = 0; link.focus();
    return;
  }
}
document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.closest("[data-cells]")) looked = event.target.id; });
document.addEventListener("DOMContentLoaded", () => { reachable(); marked(); stops(); });
document.addEventListener("htmx:afterSwap", () => { reachable(); marked(); stops(); });
document.addEventListener("keydown", stepped);
document.addEventListener("paste", pasted);
document.addEventListener("keydown", moved);
addEventListener("resize", reachable);
