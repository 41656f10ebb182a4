// The rows of a table, each cell under the text of its column's heading.
const table = document.querySelector(arguments[0]);
// Hidden headings, as on narrow screens, still name their columns.
const text = (cell) => (cell.innerText || "").replace(/\s+/g, " ").trim();
const named = (cell) => cell.textContent.replace(/\s+/g, " ").trim();
const headings = Array.from(table.querySelectorAll("thead th, thead td"), named);
const rows = Array.from(table.querySelectorAll("tbody tr"));
return rows.map((row) => Object.fromEntries(
  Array.from(row.children, (cell, at) => [headings[at] || String(at), text(cell)])
));
