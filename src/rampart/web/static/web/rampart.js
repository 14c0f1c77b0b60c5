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
// Cells that were copied in a spreadsheet go into the cells from the one on, rows are added as needed, as many as can be saved.
function pasted(event) {
  const at = event.target;
  if (!(at instanceof HTMLInputElement) || !at.name.startsWith("cell.") || !at.closest("[data-grid]")) return;
  const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (!/[\t\n]/.test(text)) return;
  event.preventDefault();
  const body = at.closest("tbody"), table = at.closest("[data-grid]"), lines = text.split("\n");
  const from = at.closest("tr").sectionRowIndex, first = cellsOf(at.closest("tr")).indexOf(at);
  if (from + lines.length > Math.max(Number(table.dataset.grid), body.rows.length)) return said(document.getElementById("found"), table.dataset.tooMany);
  added(body, from + lines.length - body.rows.length);
  lines.forEach((line, n) => {
    const cells = cellsOf(body.rows[from + n]);
    line.split("\t").forEach((word, m) => { const cell = cells[first + m]; if (cell) { cell.value = word.trim(); called({ target: cell }); } });
  });
  at.dispatchEvent(new Event("change", { bubbles: true }));
}
// What a code is called stands below it, as the list of its column has it.
function called(event) {
  const cell = event.target, name = cell.parentElement?.querySelector(".called");
  if (name) name.textContent = [...(cell.list?.options || [])].find((one) => one.value === cell.value.trim())?.textContent || "";
}
function added(body, count) {
  if (count <= 0) return;
  const last = body.lastElementChild, was = last.firstElementChild.textContent;
  const news = [...body.querySelectorAll("input[name^='cell.new']")].map((cell) => Number(cell.name.split(".")[1].slice(3)));
  const highest = Math.max(0, ...news), rows = document.createDocumentFragment();
  for (let n = 1; n <= count; n++) {
    const row = last.cloneNode(true), place = String(Number(was) + n);
    row.firstElementChild.textContent = place;
    for (const cell of row.querySelectorAll("input")) {
      cell.name = cell.name.replace(/^(cell|gone)\.[^.]+/, `$1.new${highest + n}`);
      if (cell.id) cell.id = cell.name;
      cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(new RegExp(` ${was}$`), ` ${place}`));
      cell.value = "";
      if (cell.type === "checkbox") cell.checked = false;
    }
    for (const name of row.querySelectorAll(".called")) name.textContent = "";
    rows.append(row);
  }
  body.append(rows);
}
// What is wrong is said where the answer would stand; nothing that was typed goes.
function said(place, text, link) {
  if (!place) return;
  const words = document.createElement("p");
  words.className = "error";
  words.setAttribute("role", "alert");
  words.textContent = text;
  if (link) { const to = document.createElement("a"); to.href = link; to.target = "_blank"; to.textContent = document.body.dataset.signIn; words.append(" ", to); }
  place.replaceChildren(words);
}
function unanswered(event) {
  const form = event.target.closest("#entry"), status = event.detail.xhr.status, told = document.body.dataset;
  const place = form ? document.getElementById("found") : event.detail.target;
  if (form && status === 403 && !form.dataset.again) { form.dataset.again = "1"; renewed(form).then((fine) => { if (fine) htmx.trigger(form, "change"); }); return; }
  if (status === 401 && !form) return location.reload();
  if (status === 401) return said(place, told.signedOut, told.signInAt);
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText || "", "text/html");
  said(place, page.querySelector("main p")?.textContent || told.noAnswer);
}
// Before a grid is sent it is asked whether somebody is signed in still, and with which mark forms are sent now: what was typed must not be lost.
async function renewed(form) {
  const told = document.body.dataset, place = document.getElementById("found");
  let answer;
  try { answer = await fetch(told.accountAt, { redirect: "manual" }); } catch { said(place, told.noAnswer); return false; }
  if (answer.type === "opaqueredirect") { said(place, told.signedOut, told.signInAt); return false; }
  const mark = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[name=csrfmiddlewaretoken]");
  if (!answer.ok || !mark) { said(place, told.noAnswer); return false; }
  form.querySelector("[name=csrfmiddlewaretoken]").value = mark.value;
  return true;
}
let unsaved = false;
async function sent(event) {
  const form = event.target, button = event.submitter;
  if (form.dataset.sent) return;
  event.preventDefault();
  if (form.dataset.asking) return;
  form.dataset.asking = "1";
  const fine = await renewed(form);
  delete form.dataset.asking;
  if (!fine) { document.getElementById("found").scrollIntoView({ block: "center" }); return; }
  unsaved = false;
  form.dataset.sent = "1";
  form.requestSubmit(button);
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
document.addEventListener("input", called);
document.addEventListener("htmx:responseError", unanswered);
document.addEventListener("htmx:sendError", unanswered);
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("entry");
  if (!form) return;
  form.addEventListener("submit", sent);
  form.addEventListener("change", () => { unsaved = true; });
});
addEventListener("pageshow", () => { delete document.getElementById("entry")?.dataset.sent; });
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
document.addEventListener("keydown", moved);
addEventListener("resize", reachable);
