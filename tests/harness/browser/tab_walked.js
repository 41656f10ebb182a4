// What was wrong with the walk that `tab_walk.js` began, each fault in a line.
const { reachable, steps } = window.tabWalk;
const tag = (element) => element.outerHTML.slice(0, 140);
// Behind the last element the walk leaves the page, or begins again.
const seen = new Set();
const walked = [];
for (const step of steps) {
  if (step.element === document.body || seen.has(step.element)) break;
  seen.add(step.element);
  walked.push(step);
}
const faults = reachable.filter((one) => !seen.has(one)).map((one) => `Tab does not reach ${tag(one)}`);
for (const { element, isSeen, isCovered } of walked) {
  if (!reachable.includes(element)) continue;
  if (!isSeen) faults.push(`nobody sees the focus on ${tag(element)}`);
  if (isCovered) faults.push(`something lies over the focus on ${tag(element)}`);
}
const main = document.querySelector("main");
walked.slice(1).forEach((step, at) => {
  const before = walked[at];
  const isBefore = step.element.compareDocumentPosition(before.element) & Node.DOCUMENT_POSITION_FOLLOWING;
  const isAbove = step.box.bottom <= before.box.top && step.box.left < before.box.right;
  const areInMain = main.contains(step.element) && main.contains(before.element);
  if (isBefore || (isAbove && areInMain)) faults.push(`behind ${tag(before.element)} comes ${tag(step.element)}`);
});
const titles = document.querySelectorAll("h1").length;
if (titles !== 1) faults.push(`${titles} headings of the first level`);
return faults;
