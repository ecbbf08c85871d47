// Servers as processes: started, asked, watched, stopped.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

const TICKS = 100; // of a second, in /proc

/** User and system time of a process in seconds, and of its children that have ended. */
const times = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
  return { own: (user + system) / TICKS, ended: (childUser + childSystem) / TICKS, parent: Number(fields[1]) };
};

/** Processor time of a process in seconds. */
export const processorTime = (pid) => times(pid).own;

/** Memory of a process in MiB: what it holds, and the most that it held. */
export const memory = (pid) => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name) => Math.round(Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, "m"))?.[1] ?? 0) / 1024);
  return { resident: of("VmRSS"), most: of("VmHWM"), mapped: of("RssFile") };
};

/** Processor time of all processes of the database in seconds, those of ended workers too. */
export class Database {
  constructor(backend) {
    this.postmaster = times(backend).parent;
  }

  processorTime() {
    let sum = 0;
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        const { own, ended, parent } = times(entry);
        if (Number(entry) === this.postmaster) sum += own + ended;
        else if (parent === this.postmaster) sum += own;
      } catch {
        // It ended meanwhile.
      }
    }
    return sum;
  }
}

export class Server {
  /** Starts a process that prints the address it listens on. `kind` says how it is asked. */
  static async start({ name, kind, command, environment = {}, ready }) {
    const [program, ...list] = command;
    const child = spawn(program, list, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
    const server = Object.assign(new Server(), { name, kind, child, output: "" });
    const address = new Promise((resolve, reject) => {
      const read = (chunk) => {
        server.output = (server.output + chunk).slice(-20_000);
        const found = server.output.match(/(127\.0\.0\.1:\d+)/);
        if (found) resolve(found[1]);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`${name} ended with ${code}:\n${server.output}`)));
    });
    server.address = await address;
    while (ready && !(await fetch(`http://${server.address}${ready}`)).ok) await new Promise((resolve) => setTimeout(resolve, 100));
    return server;
  }

  async ask({ head, before, after, variables }, of) {
    const [method, path] = head.split(" ");
    const response = await fetch(`http://${this.address}${path}`, {
      method, headers: { "content-type": "application/json", accept: "application/json" }, body: before + variables(of) + after,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${this.name} answered ${response.status} to ${variables(of)}: ${text.slice(0, 2000)}`);
    const answer = JSON.parse(text);
    if (answer.errors) throw new Error(`${this.name} answered errors to ${variables(of)}: ${text.slice(0, 2000)}`);
    return { text, data: this.kind === "limit" ? answer : answer.data };
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }
}
