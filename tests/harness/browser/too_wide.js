// What stands out over the screen's width, the innermost first elements of it by their tags.
const width = arguments[0];
const page = document.documentElement.scrollWidth;
if (page <= width) return [];
const out = (element) => element.getBoundingClientRect().right > width + 1;
const innermost = [...document.querySelectorAll('main *, header *, footer *')].filter(
  (element) => out(element) && ![...element.children].some(out),
);
const tags = innermost.slice(0, 3).map((element) => element.outerHTML.slice(0, 120));
return [`the page is ${page} pixels wide on a screen of ${width}: ${tags.join(' ')}`];
