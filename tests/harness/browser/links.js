// Where the links of this page lead on this server, without what stands behind #. Files are no pages.
const links = Array.from(document.querySelectorAll("a[href]:not([download])"));
const here = links.filter((link) => link.origin === location.origin);
return here.map((link) => link.pathname + link.search);
