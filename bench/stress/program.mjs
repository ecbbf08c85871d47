// The program under stress: its register, its process, and what the system tells of it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Values of `--name value` among the arguments of the program, and whether `--name` stands there alone. Unknown names are refused. */
export function options(defaults) {
  const given = process.argv.slice(2);
  const read = { ...defaults };
  while (given.length > 0) {
    const name = given.shift().replace(/^--/, '');
    if (!(name in defaults)) throw new Error(`--${name} is not known; there are ${Object.keys(defaults).map((known) => `--${known}`).join(', ')}`);
    const value = given.shift();
    if (value === undefined) throw new Error(`--${name} wants a value`);
    read[name] = typeof defaults[name] === 'number' ? Number(value) : value;
    if (Number.isNaN(read[name])) throw new Error(`--${name} wants a number, and not ${value}`);
  }
  return read;
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sends a request and takes its answer to the end. Rejected where none comes. */
export function send(url, { method = 'GET', headers = {}, body, agent, onResponse } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent }, (response) => {
      onResponse?.(response, request);
      const parts = [];
      let length = 0;
      response.on('data', (part) => {
        length += part.length;
        // Exports are only counted.
        if (length < 1 << 20) parts.push(part);
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString(), length }));
      response.on('error', reject);
      response.on('aborted', () => reject(new Error('the answer broke off')));
    });
    request.on('error', reject);
    request.setTimeout(60_000, () => request.destroy(new Error('no answer within a minute')));
    request.end(body);
  });
}

/** The program with a register of its own, which is kept for the next time. */
export class Program {
  constructor({ program, files, 'database-url': databaseUrl }, name) {
    this.program = path.resolve(program);
    if (!existsSync(this.program)) throw new Error(`${this.program} is not there: cargo build, or --program PATH`);
    this.databaseUrl = databaseUrl;
    this.folder = path.resolve(path.dirname(this.program), '../tmp', `stress-${name}-${files}${databaseUrl ? '-postgres' : ''}`);
    mkdirSync(this.folder, { recursive: true });
    const generated = path.join(this.folder, 'generated');
    if (existsSync(generated)) return;
    console.log(`generating ${files} files into ${this.folder}`);
    this.run('migrate', 'up');
    this.run('generate', '--files', String(files), '--seed', '1');
    writeFileSync(generated, '');
  }

  arguments(...more) {
    return ['--data-dir', this.folder, ...(this.databaseUrl ? ['--database-url', this.databaseUrl] : []), ...more];
  }

  /** Runs a command of the program to its end; what it said. */
  run(...command) {
    const ended = spawnSync(this.program, this.arguments(...command), { env: { ...process.env, RUST_LOG: 'warn' }, encoding: 'utf8' });
    if (ended.status !== 0) throw new Error(`yeollam ${command.join(' ')} ended with ${ended.status}:\n${ended.stdout}${ended.stderr}`);
    return ended.stdout;
  }

  /** A token of an administrator. */
  token() {
    return this.run('token', 'create', '--role', 'admin', '--name', 'stress').split('\n').find((line) => line.startsWith('ylm_'));
  }

  /** Serves, and waits until everything can be answered. */
  async serve(...more) {
    const child = spawn(this.program, this.arguments('--listen', '127.0.0.1:0', ...more, 'serve'), { env: { ...process.env, RUST_LOG: 'warn' }, stdio: ['ignore', 'pipe', 'inherit'] });
    this.child = child;
    this.ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
    process.on('exit', () => child.kill('SIGKILL'));
    for await (const line of createInterface({ input: child.stdout })) {
      const told = line.match(/^\s*GraphQL\s+(\S+)\/graphql/);
      if (told) {
        this.url = told[1];
        break;
      }
    }
    if (!this.url) throw new Error('the server ended');
    while ((await send(`${this.url}/readyz`)).status !== 200) await pause(100);
  }

  /** Asks it to stop; how it ended. */
  async stop() {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  /** What the system tells of the process: memory in MiB (`own`: mapped files apart), open files, threads, connections to the database. */
  figures() {
    const of = (name) => readFileSync(`/proc/${this.child.pid}/${name}`, 'utf8');
    const status = of('status');
    const number = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]);
    const files = readdirSync(`/proc/${this.child.pid}/fd`).map((file) => {
      try {
        return readlinkSync(`/proc/${this.child.pid}/fd/${file}`);
      } catch {
        return '';
      }
    });
    let connections = files.filter((file) => file.endsWith('register.sqlite')).length;
    if (this.databaseUrl) {
      const port = Number(new URL(this.databaseUrl).port || 5432).toString(16).toUpperCase().padStart(4, '0');
      const own = new Set(files.map((file) => file.match(/^socket:\[(\d+)\]$/)?.[1]));
      const sockets = `${of('net/tcp')}${of('net/tcp6')}`.split('\n').map((line) => line.trim().split(/\s+/));
      connections = sockets.filter((socket) => socket[2]?.endsWith(`:${port}`) && own.has(socket[9])).length;
    }
    return { resident: number('VmRSS') / 1024, own: number('RssAnon') / 1024, files: files.length, threads: number('Threads'), connections };
  }
}
