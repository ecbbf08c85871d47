// PostGraphile over the tables as they are: node server.mjs DATABASE_URL. Prints the address that it listens on.
import { createServer } from "node:http";
import { PgAggregatesPreset } from "@graphile/pg-aggregates";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { postgraphile } from "postgraphile";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";

// The pointer of a file to its registration in force is no foreign key in the database: each would wait for the other.
const tags = jsonPgSmartTags({
  version: 1,
  config: { class: { data_file: { tags: { foreignKey: "(registration_id) references registration (id)|@fieldName inForce|@foreignFieldName filesInForce" } } } },
});

const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PostGraphileConnectionFilterPreset, PgAggregatesPreset],
  plugins: [tags],
  // Columns without an index of their own may be filtered and ordered by, too.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [makePgService({ connectionString: process.argv[2], schemas: ["public"], poolConfig: { max: 16 } })],
  schema: { connectionFilterRelations: true, pgOrderByNullsLast: true, defaultBehavior: "-insert -update -delete" },
  grafast: { explain: false },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
};

const instance = postgraphile(preset);
const served = instance.createServ(grafserv);
const server = createServer();
server.keepAliveTimeout = 600_000;
await served.addTo(server);
if (process.argv[3] === "--schema") {
  const { printSchema } = await import("postgraphile/graphql");
  console.log(printSchema(await instance.getSchema()));
  process.exit();
}
await instance.getSchema();
server.listen(0, "127.0.0.1", () => console.log(`listening on 127.0.0.1:${server.address().port}`));
