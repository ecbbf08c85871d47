// What makes the pages pleasanter; each works without it. Suggestions while one types, choices that apply at once, a draft that is checked while it is written.
"use strict";
document.documentElement.classList.add("scripted");

for (const select of document.querySelectorAll("[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// An empty field says nothing: leave it out of the address.
for (const form of document.querySelectorAll('form[method="get"]')) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

// While an answer is awaited the page says so; one that is gone back to does not.
document.addEventListener("submit", () => {
  document.documentElement.classList.add("loading");
  document.querySelector("main")?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  document.documentElement.classList.remove("loading");
  document.querySelector("main")?.removeAttribute("aria-busy");
});

const SUGGEST = `query Suggest($prefix: String!, $kinds: [SuggestionKind!], $language: Language!) {
  suggest(prefix: $prefix, kinds: $kinds, first: 8) { kind text dataFileCount }
  kinds: enumLabels(type: "SuggestionKind", language: $language) { value label }
}`;
const language = document.documentElement.lang === "en" ? "EN" : "KO";

async function suggestions(prefix, kinds, signal) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: SUGGEST, variables: { prefix, kinds, language } }),
    signal,
  });
  const { data } = await response.json();
  const labels = new Map((data?.kinds ?? []).map(({ value, label }) => [value, label]));
  return (data?.suggest ?? []).map((found) => ({ ...found, label: labels.get(found.kind) }));
}

function combobox(input, index) {
  const list = document.createElement("ul");
  list.id = `suggestions-${index}`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.documentElement.lang === "en" ? "Suggestions" : "제안");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
    input.setAttribute(name, value);
  }
  const kinds = input.dataset.suggest.split(",");
  let chosen = -1;
  let asking;
  let timer;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (next) => {
    const options = [...list.children];
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = (next + options.length) % options.length;
    options[chosen].setAttribute("aria-selected", "true");
    options[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[chosen].id);
  };
  const take = (text) => {
    input.value = text;
    close();
    input.form.requestSubmit();
  };
  const show = (found) => {
    list.replaceChildren(
      ...found.map(({ text, label, dataFileCount }, place) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const name = document.createElement("span");
        name.lang = "ko";
        name.textContent = text;
        const fine = document.createElement("small");
        fine.textContent = kinds.length > 1 ? `${label} · ${dataFileCount}` : dataFileCount;
        option.append(name, fine);
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          take(text);
        });
        return option;
      }),
    );
    chosen = -1;
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    asking?.abort();
    const prefix = input.value.trim();
    if (!prefix) return close();
    timer = setTimeout(async () => {
      asking = new AbortController();
      try {
        show(await suggestions(prefix, kinds, asking.signal));
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    }, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) take(list.children[chosen].firstChild.textContent);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
}
document.querySelectorAll("input[data-suggest]").forEach(combobox);

// A draft is checked while it is written: the form is sent as its button "check" would send it, and the result of the page that comes back is shown.
for (const form of document.querySelectorAll("form[data-live-check]")) {
  const result = document.getElementById("check");
  let timer;
  let asking;
  const check = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (!form.elements.name.value.trim()) return;
      asking?.abort();
      asking = new AbortController();
      const filled = new URLSearchParams(new FormData(form));
      filled.set("action", "check");
      try {
        // A button is called "action" too, so that form.action would be that.
        const response = await fetch(form.getAttribute("action"), { method: "POST", body: filled, signal: asking.signal });
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const fresh = page.getElementById("check");
        if (response.ok && fresh) result.replaceChildren(...fresh.childNodes);
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    }, 500);
  };
  form.addEventListener("input", check);
  // What was there already, or written before this script came.
  check();
}

// The plain console waits unseen while GraphiQL takes its place. Where that does not come, the console is there.
document.querySelector("script[data-explorer]")?.addEventListener("error", () => document.querySelector(".waiting")?.classList.remove("waiting"));
