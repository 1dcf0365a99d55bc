/**
 * Apache httpd, which Debian calls apache2: a daemon that serves a document root and writes its two logs. Of its configuration it reads
 * Listen, DocumentRoot and ServerName, wherever they stand; virtual hosts, modules, .htaccess, TLS and CGI are left out.
 */
import { type HttpServer, type Ipv4Address, parseIpv4Address, startHttpServer } from "@lvsim/core";
import type { Command, CommandContext } from "../command.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { ProcessSockets } from "../network/process-sockets.ts";
import { Descriptors } from "../process/descriptors.ts";
import type { OpenFile } from "../process/open-file.ts";
import type { Process } from "../process/process.ts";
import { Signal } from "../process/signal.ts";
import { on, onAny, type Wait } from "../process/wait.ts";
import { momentOf } from "../time/moment.ts";
import { strftime } from "../time/strftime.ts";
import { apacheContent } from "./httpd-content.ts";
import { httpDate, logLine } from "./nginx-content.ts";
import type { UnitBehaviour } from "./unit-behaviour.ts";

const BACKLOG = 511;
const FIRST_DESCRIPTOR = 4;
const KEEP_ALIVE_SECONDS = 5;

/** What differs between the distributions. */
interface Flavour {
  readonly title: string;
  readonly server: string;
  readonly configs: readonly string[];
  readonly accessLog: string;
  readonly errorLog: string;
  readonly pid: string;
}

const flavourOf = ({ system }: Kernel): Flavour =>
  system.distribution.id === "centos"
    ? {
        title: "/usr/sbin/httpd -DFOREGROUND",
        server: "Apache/2.4.6 (CentOS)",
        configs: ["/etc/httpd/conf/httpd.conf"],
        accessLog: "/var/log/httpd/access_log",
        errorLog: "/var/log/httpd/error_log",
        pid: "/run/httpd/httpd.pid",
      }
    : {
        title: "/usr/sbin/apache2 -k start",
        server: "Apache/2.4.65 (Debian)",
        configs: [
          "/etc/apache2/apache2.conf",
          "/etc/apache2/ports.conf",
          "/etc/apache2/sites-enabled/000-default.conf",
        ],
        accessLog: "/var/log/apache2/access.log",
        errorLog: "/var/log/apache2/error.log",
        pid: "/run/apache2/apache2.pid",
      };

const httpdMaster = (machine: Kernel): Process | undefined => {
  const { title } = flavourOf(machine);
  return Array.from(machine.processes.values()).find(({ argv }) => argv[0] === title);
};

interface Config {
  readonly listens: readonly { readonly address: string; readonly port: number }[];
  readonly root: string;
  /** A line that cannot be read, in httpd's words. */
  readonly problem: string | null;
}

function readConfig({ files }: Kernel, { configs }: Flavour): Config {
  const listens: { address: string; port: number }[] = [];
  let root = "/var/www/html";
  let problem: string | null = null;
  for (const path of configs) {
    for (const [i, line] of (files.readText(path) ?? "").split("\n").entries()) {
      const [, name = "", value = ""] = /^\s*(\w+)\s+"?(.*?)"?\s*$/.exec(line) ?? [];
      if (/^documentroot$/i.test(name)) root = value.replace(/\/$/, "");
      if (!/^listen$/i.test(name)) continue;
      const [, address = "", port = ""] = /^(?:(\S+):)?(\d+)(?:\s+\w+)?$/.exec(value) ?? [];
      if (port === "")
        problem ??= `AH00526: Syntax error on line ${i + 1} of ${path}:\nPort must be specified`;
      else if (port !== "443") listens.push({ address, port: Number(port) });
    }
  }
  if (listens.length === 0) problem ??= "no listening sockets available, shutting down";
  return { listens, root, problem };
}

/** Starts the daemon; what is wrong goes to standard error. */
function* startHttpd(context: CommandContext): Generator<Wait, number, void> {
  const { machine, namespace, process } = context;
  const flavour = flavourOf(machine);
  if (httpdMaster(machine) !== undefined) {
    yield* context.out(`httpd (pid ${httpdMaster(machine)?.pid}) already running\n`);
    return 0;
  }
  const config = readConfig(machine, flavour);
  if (config.problem !== null) {
    yield* context.err(`${config.problem}\n`);
    return 1;
  }
  const descriptors = new Descriptors();
  const sockets = new ProcessSockets(descriptors, namespace, FIRST_DESCRIPTOR);
  const logs: { access: OpenFile | null; errors: OpenFile | null } = { access: null, errors: null };
  const listening: HttpServer[] = [];
  for (const { address, port } of config.listens) {
    const local = (parseIpv4Address(address) ?? 0) as Ipv4Address;
    const server = startHttpServer({
      sockets,
      engine: namespace.engine,
      local: { address: local, port },
      backlog: BACKLOG,
      serverName: flavour.server,
      date: () => httpDate(machine),
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
      respond: (request) => {
        const content = apacheContent(machine, config.root, request, flavour.server, (text) =>
          logs.errors?.write(
            `[${strftime("%a %b %d %H:%M:%S.000000 %Y", momentOf(machine.now))}] [autoindex:error] ${text}\n`,
          ),
        );
        logs.access?.write(logLine(machine, request, content, false));
        return content;
      },
    });
    if (typeof server !== "number") {
      listening.push(server);
      continue;
    }
    const shown = `${address === "" ? "0.0.0.0" : address}:${port}`;
    yield* context.err(
      `(${server})Address already in use: AH00072: make_sock: could not bind to address ${shown}\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n`,
    );
    for (const open of listening) open.close();
    return 1;
  }
  machine.spawn(
    {
      parent: null,
      argv: [flavour.title],
      origin: process.origin,
      descriptors,
      namespace,
      cwd: "/",
      environment: process.environment,
      newGroup: true,
    },
    (self) => body(machine, self, flavour, logs, listening),
  );
  return 0;
}

function* body(
  { files }: Kernel,
  self: Process,
  flavour: Flavour,
  logs: { access: OpenFile | null; errors: OpenFile | null },
  listening: readonly HttpServer[],
): Generator<Wait, number, void> {
  const open = (path: string): OpenFile | null => {
    files.makeDirectories(path.slice(0, path.lastIndexOf("/")));
    const file = files.open(self, path, { read: false, write: true, create: true, append: true });
    return typeof file === "number" ? null : file;
  };
  logs.access = open(flavour.accessLog);
  logs.errors = open(flavour.errorLog);
  files.writeText(flavour.pid, `${self.pid}\n`);
  try {
    for (;;) yield onAny([]);
  } finally {
    for (const server of listening) server.close();
    logs.access?.release();
    logs.errors?.release();
    files.unlink(flavour.pid, "/");
  }
}

function* stopHttpd(machine: Kernel): Generator<Wait, void, void> {
  const master = httpdMaster(machine);
  master?.signal(Signal.TERM);
  while (master?.alive === true) yield on(master.ended);
}

/** apachectl, apache2ctl, httpd -k. */
function* control(context: CommandContext): Generator<Wait, number, void> {
  const { argv, machine } = context;
  const words = argv.slice(1);
  const verb = (words[0] === "-k" ? words[1] : words[0]) ?? "start";
  switch (verb) {
    case "start":
      return yield* startHttpd(context);
    case "stop":
    case "graceful-stop":
      yield* stopHttpd(machine);
      return 0;
    case "restart":
    case "graceful":
      yield* stopHttpd(machine);
      return yield* startHttpd(context);
    case "-v":
      yield* context.out(`Server version: ${flavourOf(machine).server}\n`);
      return 0;
    case "-t":
    case "configtest": {
      const { problem } = readConfig(machine, flavourOf(machine));
      yield* context.err(`${problem ?? "Syntax OK"}\n`);
      return problem === null ? 0 : 1;
    }
  }
  return yield* startHttpd(context);
}

export const HTTPD_COMMANDS: readonly Command[] = [
  { path: "/usr/sbin/httpd", aliases: ["/usr/sbin/apachectl"], run: control },
];
export const APACHE2_COMMANDS: readonly Command[] = [
  {
    path: "/usr/sbin/apache2",
    aliases: ["/usr/sbin/apachectl", "/usr/sbin/apache2ctl"],
    run: control,
  },
];

export const HTTPD: UnitBehaviour = {
  start: function* (context) {
    return (yield* startHttpd(context)) === 0;
  },
  *stop({ machine }) {
    yield* stopHttpd(machine);
    return true;
  },
  *reload(context) {
    yield* stopHttpd(context.machine);
    return (yield* startHttpd(context)) === 0;
  },
  lives: (machine) => httpdMaster(machine) !== undefined,
  conflicts: [],
};
