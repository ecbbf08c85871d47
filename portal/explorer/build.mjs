// Bundles explorer.jsx into dist/explorer.js and dist/explorer.css: nothing of them is loaded from elsewhere, and the server's build embeds them where they are there.
import { appendFile, readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));

// GraphiQL brings its own typefaces along, most of the weight of its styles; the pages use those of the system.
const withoutTypefaces = {
  name: "without-typefaces",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: (await readFile(path, "utf8")).replace(/@font-face\s*\{[^}]*\}/g, ""), loader: "css" }));
  },
};

const { metafile } = await build({
  entryPoints: { explorer: "explorer.jsx" },
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox115", "safari16.4"],
  jsx: "automatic",
  alias: { "react-style-singleton": "./styles.js" },
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  metafile: true,
  plugins: [withoutTypefaces],
  logLevel: "warning",
});

// The licences of what is in the bundle, each with the packages that it covers.
const packages = new Set(Object.keys(metafile.inputs).flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []));
const licences = new Map();
for (const folder of [...packages].sort()) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  const text = file ? (await readFile(`${folder}/${file}`, "utf8")).trim() : `${license}`;
  licences.set(text, [...(licences.get(text) ?? []), `${name} ${version}`]);
}
const told = [...licences].map(([text, names]) => `${names.join(", ")}\n\n${text}`).join("\n\n----\n\n");
await appendFile("dist/explorer.js", `\n/*!\nThis script holds:\n\n${told.replaceAll("*/", "* /")}\n*/\n`);
