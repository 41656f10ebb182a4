// Where the links of this page lead on this server, without what stands behind #.
const here = Array.from(document.links).filter((link) => link.origin === location.origin);
return here.map((link) => link.pathname + link.search);
