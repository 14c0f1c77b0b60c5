// Only comfort: every page works without it. A table that is narrower than its rows can be reached by keyboard only where it scrolls.
"use strict";
function reachable() {
  for (const box of document.querySelectorAll(".table")) {
    if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}
document.addEventListener("DOMContentLoaded", reachable);
document.addEventListener("htmx:afterSwap", reachable);
addEventListener("resize", reachable);
