/**
 * nginx: a master process that serves the machine's files through core's HTTP server. Its sockets live as long as the
 * process; workers are left out, and so are TLS and most directives (nginx-config.ts). It can be a reverse proxy (nginx-proxy.ts).
 */

import type { NetworkNamespace } from "@lvsim/core";
import {
  type Errno,
  type HttpContent,
  type HttpServer,
  type Ipv4Address,
  later,
  milliseconds,
  parseIpv4Address,
  startHttpServer,
} from "@lvsim/core";
import type { Command, CommandContext } from "../command.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { ProcessSockets } from "../network/process-sockets.ts";
import { Descriptors } from "../process/descriptors.ts";
import type { OpenFile } from "../process/open-file.ts";
import type { Process } from "../process/process.ts";
import { Signal } from "../process/signal.ts";
import { onAny, until, type Wait } from "../process/wait.ts";
import { type NginxServer, readNginxConfig } from "./nginx-config.ts";
import { NginxConfigError } from "./nginx-config-error.ts";
import {
  errorLine,
  httpDate,
  locationOf,
  logLine,
  nginxContent,
  pathOf,
  statusPage,
} from "./nginx-content.ts";
import { type ProxySite, proxied } from "./nginx-proxy.ts";

const NGINX_MASTER = "nginx: master process /usr/sbin/nginx";

const BACKLOG = 511;
/** Below are its logs and what it talks to its workers by. */
const FIRST_DESCRIPTOR = 6;
const KEEP_ALIVE_SECONDS = 65;
const BIND_ATTEMPTS = 5;
const BIND_PAUSE = milliseconds(500);

const versionOf = ({ system }: Kernel): string => {
  const state = system.packages.get("nginx");
  return `nginx/${state?.version.replace(/^\d+:/, "") ?? "1.22.1"}`;
};

/** The master that runs on the machine. */
export const nginxMaster = ({ processes }: Kernel): Process | undefined =>
  Array.from(processes.values()).find(({ argv }) => argv[0] === NGINX_MASTER);

/** Starts nginx as `nginx` does: the master runs on in the background. What is wrong goes to standard error. */
export function* startNginx(context: CommandContext): Generator<Wait, number, void> {
  const { machine, namespace } = context;
  let servers: readonly NginxServer[];
  try {
    servers = readNginxConfig(machine.files);
  } catch (thrown) {
    if (!(thrown instanceof NginxConfigError)) throw thrown;
    yield* context.err(`nginx: [emerg] ${thrown.message}\n`);
    return 1;
  }
  const listening: HttpServer[] = [];
  const daemon = new Daemon(machine, namespace, servers);
  for (let attempt = 1; ; attempt++) {
    const refused = daemon.listen(listening);
    if (refused.length === 0) break;
    for (const { address, errno } of refused)
      yield* context.err(
        `nginx: [emerg] bind() to ${address} failed (${errno}: ${bindText(errno)})\n`,
      );
    if (attempt === BIND_ATTEMPTS || refused.some(({ errno }) => errno !== 98)) {
      for (const server of listening) server.close();
      if (attempt === BIND_ATTEMPTS) yield* context.err("nginx: [emerg] still could not bind()\n");
      return 1;
    }
    yield until(later(machine.now, BIND_PAUSE));
  }
  daemon.spawn(context, listening);
  return 0;
}

const bindText = (errno: number): string =>
  errno === 98
    ? "Address already in use"
    : errno === 99
      ? "Cannot assign requested address"
      : "Permission denied";

class Daemon {
  private readonly machine: Kernel;
  private readonly namespace: NetworkNamespace;
  private readonly servers: readonly NginxServer[];
  /** The master's, who is to be. */
  private readonly descriptors = new Descriptors();
  private readonly sockets: ProcessSockets;
  private readonly bound = new Set<string>();
  private log: OpenFile | null = null;
  private errors: OpenFile | null = null;

  constructor(machine: Kernel, namespace: NetworkNamespace, servers: readonly NginxServer[]) {
    this.machine = machine;
    this.namespace = namespace;
    this.servers = servers;
    this.sockets = new ProcessSockets(this.descriptors, namespace, FIRST_DESCRIPTOR);
  }

  /** Listens where it does not yet; what was refused. */
  listen(listening: HttpServer[]): { address: string; errno: Errno }[] {
    const refused: { address: string; errno: Errno }[] = [];
    for (const server of this.servers) {
      for (const { address, port } of server.listens) {
        const shown = `${address === "" ? "0.0.0.0" : address}:${port}`;
        // the first server of an address and port answers for all of them
        if (this.bound.has(shown)) continue;
        const local = (parseIpv4Address(address) ?? 0) as Ipv4Address;
        const opened = this.open(server, local, port);
        if (typeof opened === "number") refused.push({ address: shown, errno: opened });
        else {
          listening.push(opened);
          this.bound.add(shown);
        }
      }
    }
    return refused;
  }

  private open(server: NginxServer, address: Ipv4Address, port: number): HttpServer | Errno {
    const { machine, namespace } = this;
    const serverName = versionOf(machine);
    const withForwarded = machine.system.distribution.id === "centos";
    const site: ProxySite = {
      sockets: this.sockets,
      engine: namespace.engine,
      statusPage: (status) => statusPage(status, serverName),
    };
    return startHttpServer({
      sockets: this.sockets,
      engine: namespace.engine,
      local: { address, port },
      backlog: BACKLOG,
      serverName,
      date: () => httpDate(machine),
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
      respond: (request, answer) => {
        const told = (content: HttpContent): HttpContent => {
          this.log?.write(logLine(machine, request, content, withForwarded));
          if (content.status === 404 || content.status === 403)
            this.errors?.write(errorLine(machine, server, request, content.status));
          return content;
        };
        const location = locationOf(server, pathOf(request));
        if (location === undefined || location.proxy === null)
          return told(nginxContent(machine, server, request, serverName));
        proxied(site, location, location.proxy, request, (content) => answer(told(content)));
        return null;
      },
    });
  }

  spawn({ process, machine }: CommandContext, listening: readonly HttpServer[]): void {
    machine.spawn(
      {
        parent: null,
        argv: [NGINX_MASTER],
        origin: process.origin,
        descriptors: this.descriptors,
        namespace: process.namespace,
        cwd: "/",
        environment: process.environment,
        newGroup: true,
      },
      (self) => this.body(self, listening),
    );
  }

  private *body(self: Process, listening: readonly HttpServer[]): Generator<Wait, number, void> {
    const { files } = this.machine;
    files.makeDirectories("/var/log/nginx");
    const mode = { read: false, write: true, create: true, append: true };
    const log = files.open(self, "/var/log/nginx/access.log", mode);
    this.log = typeof log === "number" ? null : log;
    const errors = files.open(self, "/var/log/nginx/error.log", mode);
    this.errors = typeof errors === "number" ? null : errors;
    files.writeText("/run/nginx.pid", `${self.pid}\n`);
    try {
      for (;;) yield onAny([]);
    } finally {
      for (const server of listening) server.close();
      this.log?.release();
      this.errors?.release();
      this.log = null;
      this.errors = null;
      files.unlink("/run/nginx.pid", "/");
    }
  }
}

const USAGE_SIGNALS = ["stop", "quit", "reopen", "reload"];

function* nginxBody(context: CommandContext): Generator<Wait, number, void> {
  const { argv, machine } = context;
  const words = argv.slice(1);
  if (words.includes("-v") || words.includes("-V")) {
    yield* context.err(`nginx version: ${versionOf(machine)}\n`);
    return 0;
  }
  if (words.includes("-t") || words.includes("-T")) return yield* testConfig(context);
  const at = words.indexOf("-s");
  if (at < 0) return yield* startNginx(context);
  const wish = words[at + 1] ?? "";
  if (!USAGE_SIGNALS.includes(wish)) {
    yield* context.err(`nginx: invalid option: "-s ${wish}"\n`);
    return 1;
  }
  const master = nginxMaster(machine);
  if (master === undefined) {
    yield* context.err(
      'nginx: [error] open() "/run/nginx.pid" failed (2: No such file or directory)\n',
    );
    return 1;
  }
  if (wish === "reload") return yield* reloadNginx(context, master);
  if (wish !== "reopen") master.signal(wish === "quit" ? Signal.QUIT : Signal.TERM);
  return 0;
}

/** A fresh master takes over the sockets: connections that are open stay with the old answers. */
export function* reloadNginx(
  context: CommandContext,
  master: Process,
): Generator<Wait, number, void> {
  master.signal(Signal.TERM);
  while (master.alive) yield onAny([master.ended]);
  return yield* startNginx(context);
}

function* testConfig(context: CommandContext): Generator<Wait, number, void> {
  const path = "/etc/nginx/nginx.conf";
  try {
    readNginxConfig(context.machine.files);
    yield* context.err(
      `nginx: the configuration file ${path} syntax is ok\nnginx: configuration file ${path} test is successful\n`,
    );
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof NginxConfigError)) throw thrown;
    yield* context.err(
      `nginx: [emerg] ${thrown.message}\nnginx: configuration file ${path} test failed\n`,
    );
    return 1;
  }
}

export const nginx: Command = { path: "/usr/sbin/nginx", run: nginxBody };
