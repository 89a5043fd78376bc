// Leaves on the root element what of this page is not for everybody, with everything opened.
addEventListener("load", () => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const flaws = new Set();
  const told = (element) => element.outerHTML.slice(0, 80);
  all("details").forEach((each) => { each.open = true; });
  document.getElementById("show_all_details")?.click();

  if (document.documentElement.lang !== "en") flaws.add("no language");
  if (all("main").length !== 1) flaws.add("not one main part");
  if (all("h1").length !== 1) flaws.add("not one h1");
  let level = 0;
  for (const each of all("h1, h2, h3, h4, h5, h6").filter((run_header) => run_header.checkVisibility())) {
    if (Number(each.tagName[1]) > level + 1) flaws.add(`skips a level: ${told(each)}`);
    level = Number(each.tagName[1]);
  }
  for (const each of all("a[href], button, input, summary, th, [role=button], [role=img]")) {
    const name = each.ariaLabel || each.labels?.[0]?.textContent || each.textContent;
    if (!name.trim()) flaws.add(`no name: ${told(each)}`);
  }

  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => parts(colour).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    const colour = element ? getComputedStyle(element).backgroundColor : "rgb(255, 255, 255)";
    return parts(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  for (const each of all("body *").filter((element) => element.checkVisibility())) {
    if (![...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) continue;
    const [more, less] = [light(getComputedStyle(each).color), light(behind(each))].sort((a, b) => b - a);
    if ((more + 0.05) / (less + 0.05) < 4.5) flaws.add(`too little contrast: ${told(each)}`);
  }
  document.documentElement.dataset.scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.flaws = JSON.stringify([...flaws]);
});
