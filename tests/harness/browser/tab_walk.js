// Gets ready for a walk by Tab from the beginning of the page, and gives how many times to press it.
// `tab_walked.js` tells what came of it.
const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
const isOfGroup = (radio) => {
  const group = [...document.querySelectorAll("input[type='radio']")].filter((one) => one.name === radio.name && one.form === radio.form);
  return radio === (group.find((one) => one.checked) || group[0]);
};
const looks = (element) => {
  const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor, textDecoration } = getComputedStyle(element);
  return [outlineStyle === "none" ? "" : outlineWidth, boxShadow, borderColor, backgroundColor, textDecoration].join();
};
// What comes meanwhile waits: a part that is fetched anew has other elements than were noted here.
addEventListener("news", (event) => event.stopImmediatePropagation(), true);
document.activeElement.blur();
const all = [...document.querySelectorAll("a[href], button, input:not([type='hidden']), select, textarea, summary, [tabindex]")];
const reachable = all.filter((one) => !one.disabled && one.tabIndex >= 0 && isShown(one) && (one.type !== "radio" || isOfGroup(one)));
const walk = { reachable, plain: new Map(reachable.map((one) => [one, looks(one)])), steps: [] };
window.tabWalk = walk;
document.addEventListener("keyup", (event) => {
  const here = document.activeElement;
  const last = walk.steps.at(-1);
  if (event.key !== "Tab" || (last && last.element === here)) return;
  const box = here.getBoundingClientRect();
  const middle = (from, to, most) => (Math.max(from, 0) + Math.min(to, most)) / 2;
  const hit = document.elementFromPoint(middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight));
  walk.steps.push({
    element: here,
    isSeen: walk.plain.get(here) !== looks(here),
    isCovered: !hit || !(here.contains(hit) || hit.contains(here) || (here.labels && [...here.labels].some((label) => label.contains(hit)))),
    box: new DOMRect(box.x + scrollX, box.y + scrollY, box.width, box.height),
  });
}, true);
// The walk begins where the focus was last, which is now the beginning.
const start = document.createElement("span");
start.tabIndex = -1;
document.body.prepend(start);
start.focus();
start.remove();
// Days are typed into three parts and a button of one field.
const days = reachable.filter((one) => one.type === "date").length;
return reachable.length + 3 * days + 12;
