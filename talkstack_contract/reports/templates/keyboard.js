// pytest-html opens rows, sorts and unfolds logs by a click on what no key reaches, says of nothing whether it is open,
// and draws its table anew each time, so that the focus is lost. Its handlers stay as they are: they get the clicks of
// the buttons that are put in here, and find beside them what they look for (`data-id`, `data-column-type`).
{
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const buttonIn = (cell) => {
    if (!cell.querySelector("button")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = cell.textContent;
      cell.replaceChildren(button);
    }
    return cell.querySelector("button");
  };
  const prepare = () => {
    each("#results-table th.sortable", (head) => {
      buttonIn(head).dataset.columnType = head.dataset.columnType;
      const direction = ["asc", "desc"].find((name) => head.classList.contains(name));
      head.setAttribute("aria-sort", direction ? `${direction}ending` : "none");
    });
    each("#results-table .collapsible", (row) => {
      const cell = row.querySelector(".col-testId");
      cell.dataset.id = row.dataset.id;
      buttonIn(cell).setAttribute("aria-expanded", !row.querySelector(".collapsed"));
    });
    each(".logexpander", (log) => {
      log.tabIndex = 0;
      log.setAttribute("role", "button");
      const act = log.parentElement.classList.contains("expanded") ? "collapse" : "expand";
      log.setAttribute("aria-label", `${act} the log`);
    });
    each("#environment-header button", (button) => {
      button.setAttribute("aria-expanded", !button.closest(".collapsed"));
    });
  };
  document.addEventListener("DOMContentLoaded", prepare);
  addEventListener("click", ({ target }) => {
    prepare();
    const button = target.closest("#results-table button");
    const row = button?.closest("[data-id]");
    const drawn = row ? document.querySelector(`.collapsible[data-id="${row.dataset.id}"] button`) : button;
    drawn?.focus({ preventScroll: true });
  });
  addEventListener("keydown", (event) => {
    if (event.target.matches(".logexpander") && ["Enter", " "].includes(event.key)) {
      event.preventDefault();
      event.target.click();
    }
  });
}
