// Puts a filter above “Every verdict”: by verdict and level of a clause, by operation, by any text of a case.
document.addEventListener("DOMContentLoaded", () => {
  const every = document.querySelector(".every");
  const cases = [...(every?.querySelectorAll(".case") ?? [])];
  if (!cases.length) return;
  const operationOf = (each) => each.querySelector("code").textContent.split("/")[0];
  const known = new Map();
  const factsOf = (each) => {
    if (!known.has(each)) {
      const clauses = [...each.querySelectorAll("tbody")].flatMap((group) => {
        const verdict = group.querySelector(".mark").classList[1].replace("-", " ");
        return [...group.querySelectorAll("td:last-child")].map((cell) => [verdict, cell.textContent.split(",")[0]]);
      });
      known.set(each, { clauses, text: each.textContent.toLowerCase() });
    }
    return known.get(each);
  };
  const form = document.createElement("div");
  form.className = "filter-cases";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Filter the cases");
  const field = (tag, name) => {
    const label = document.createElement("label");
    const control = document.createElement(tag);
    label.append(name, control);
    form.append(label);
    return control;
  };
  const choice = (name, values) => {
    const select = field("select", name);
    select.append(new Option("any", ""), ...values.map((value) => new Option(value, value)));
    return select;
  };
  const verdict = choice("Verdict", ["violated", "blocked", "waived", "not tested", "upheld"]);
  const level = choice("Level", ["must", "should", "advice"]);
  const operation = choice("Operation", [...new Set(cases.map(operationOf))]);
  const text = field("input", "Text");
  text.type = "search";
  const reset = document.createElement("button");
  reset.type = "button";
  reset.textContent = "Show all";
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  form.append(reset, told);
  const suits = (each) => {
    if (operation.value && operationOf(each) !== operation.value) return false;
    const words = text.value.trim().toLowerCase();
    if (!(words || verdict.value || level.value)) return true;
    const facts = factsOf(each);
    const fits = ([its, weight]) => [its, ""].includes(verdict.value) && [weight, ""].includes(level.value);
    return facts.text.includes(words) && facts.clauses.some(fits);
  };
  const apply = () => {
    let shown = 0, heading;
    for (const each of every.querySelectorAll(".pair, .case")) {
      if (each.matches(".pair")) {
        heading = each;
        heading.hidden = true;
        continue;
      }
      each.hidden = !suits(each);
      if (!each.hidden) {
        heading.hidden = false;
        shown += 1;
      }
    }
    told.textContent = `${shown} of ${cases.length} cases`;
  };
  const clear = () => {
    for (const each of [verdict, level, operation, text]) each.value = "";
    apply();
  };
  form.addEventListener("input", apply);
  reset.addEventListener("click", clear);
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.closest("[hidden]")) {
      clear();
      target.scrollIntoView();
    }
  });
  told.textContent = `${cases.length} cases`;
  every.querySelector(".pair").before(form);
});
