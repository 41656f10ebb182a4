// The quantities that no "why" link explains, each as its markup; and how many quantities there are.
//
// A quantity of stock has the class `qty` or the attribute `data-quantity`. It is explained when it
// is such a link, lies in one or holds one, or when one stands in the same cell or entry.
// What an order was promised is explained by the order, which says why each line has what it has;
// what was issued to a lot or built of it, by the lot's movements.
const why = 'a[href*="why"], a[href^="/orders/"], a[href^="/lots/"]';
const found = Array.from(document.querySelectorAll(".qty, [data-quantity]"));
const place = (one) => one.closest("td, th, dd, li, p") || one;
const explained = (one) => one.closest(why) || place(one).querySelector(why);
return {
  seen: found.length,
  unexplained: found.filter((one) => !explained(one)).map((one) => one.outerHTML),
};
