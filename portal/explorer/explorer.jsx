// GraphiQL in the place of the plain console, which says what it starts from: the query, its variables, and the questions as examples.
import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { useEditorContext, useExecutionContext, usePluginStore } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./explorer.css";

const plain = document.getElementById("console");
const stated = (id) => plain.querySelector(`#${id}`)?.value ?? "";
const questions = [...plain.querySelectorAll(".examples a")].map((link) => ({ name: link.textContent, number: link.parentElement.value, ...link.dataset, address: link.href }));

// Nothing of what is asked is kept in the browser: where it is worth keeping, it is in the address.
const memory = new Map();
const storage = {
  getItem: (name) => memory.get(name) ?? null,
  setItem: (name, value) => memory.set(name, value),
  removeItem: (name) => memory.delete(name),
  clear: () => memory.clear(),
  get length() {
    return memory.size;
  },
};

// Letters of an address at most: a longer query is no part of it.
const ADDRESS = 6000;
const state = { query: stated("query"), variables: stated("variables") };

function addressed(change) {
  Object.assign(state, change);
  const address = new URL("/explorer", location.origin);
  for (const [name, value] of Object.entries({ ...state, lang: document.documentElement.lang === "en" ? "en" : "" })) {
    if (value) address.searchParams.set(name, value);
  }
  if (address.href.length > ADDRESS) return;
  history.replaceState(null, "", address);
  address.searchParams.set("plain", "1");
  document.getElementById("plain").href = address;
}

function Questions() {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const { run } = useExecutionContext({ nonNull: true });
  const asked = (event, { query, variables }) => {
    event.preventDefault();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    // What it remembers is an operation of the document that was there before.
    if (queryEditor) queryEditor.operationName = undefined;
    run();
  };
  return (
    <div className="questions">
      <h2>{title}</h2>
      <ol lang={document.documentElement.lang}>
        {questions.map((question) => (
          <li key={question.number} value={question.number}>
            <a href={question.address} onClick={(event) => asked(event, question)}>
              {question.name}
            </a>
          </li>
        ))}
      </ol>
    </div>
  );
}

const title = plain.querySelector("#examples-title").textContent;
const listed = {
  title,
  icon: () => (
    <svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" aria-hidden="true">
      <path d="M9 6h11M9 12h11M9 18h11" />
      <path d="M4 6h.5M4 12h.5M4 18h.5" strokeWidth="2.6" />
    </svg>
  ),
  content: Questions,
};

const fetcher = createGraphiQLFetcher({ url: "/graphql", subscriptionUrl: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/graphql` });

// Told beforehand which plugin is to be seen, GraphiQL keeps its place shut: the questions are opened as by hand. What the address asks is answered as the page opens, as without a script.
let isOpened = false;

function Opened() {
  const plugins = usePluginStore((store) => store.plugins);
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useEditorContext({ nonNull: true });
  const { run } = useExecutionContext({ nonNull: true });
  // Editors are told apart by where they stand; who does not see that is told by name.
  useEffect(() => {
    for (const [name, editor] of Object.entries({ Query: queryEditor, Variables: variableEditor, Headers: headerEditor, Response: responseEditor })) {
      editor?.getInputField().setAttribute("aria-label", name);
      if (editor) editor.getScrollerElement().tabIndex = 0;
    }
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);
  useEffect(() => {
    const button = document.querySelector(`#graphiql button[aria-label="Show ${title}"]`);
    if (isOpened || !button || !queryEditor || !variableEditor) return;
    isOpened = true;
    button.click();
    if (state.query) run();
  }, [plugins, queryEditor, variableEditor, run]);
  return null;
}

function Explorer() {
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      query={state.query || undefined}
      variables={state.variables || undefined}
      defaultQuery={"{\n  register {\n    agencyCount\n    dataFileCount\n  }\n}\n"}
      plugins={[listed]}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      showPersistHeadersSettings={false}
      onEditQuery={(query) => addressed({ query })}
      onEditVariables={(variables) => addressed({ variables })}
    >
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <Opened />
          </>
        )}
      </GraphiQL.Toolbar>
    </GraphiQL>
  );
}

// On a narrow screen the plain console is the better one: three columns have no room there.
if (matchMedia("(min-width: 50rem)").matches) {
  plain.remove();
  const place = document.getElementById("graphiql");
  place.hidden = false;
  document.body.classList.add("explores");
  createRoot(place).render(<Explorer />);
}
