/**
 * Runs the network tools of a Debian 12 (ping, traceroute, tracepath, tcpdump, ss, arping …) in a small network of
 * namespaces and writes what they print to ../src/recorded/tools.json: `node packages/shell/record/record-tools.mjs [FILE…]`.
 * To be run as root. The network is that of ../src/recorded/tools-network.ts:
 *
 *     c 10.0.0.1 ──┬── c2 10.0.0.2
 *                  └── 10.0.0.254 r 10.1.0.254 ── 10.1.0.2 s
 *
 * A file of ./tools holds snippets, each played in a network of its own: `=== name`, then lines `MACHINE$ command`, which
 * is waited for, or `MACHINE& command`, which is not until the snippet's end; then it gets SIGINT. Each is a command line
 * of bash. What depends on the clock is masked where it is compared, not here.
 */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const SNIPPETS = new URL("tools/", import.meta.url);
const RECORDED = new URL("../src/recorded/tools.json", import.meta.url);
const PREFIX = "lvsim-";
const ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  USER: "root",
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
};
/** Long enough for a background command to be ready. */
const SETTLE_MS = 700;
/** And to tell everything: a packet socket hands packets on within a second. */
const FINISH_MS = 1500;
const MACHINES = ["c", "c2", "r", "s", "lan"];

const BUILD = `
set -e
for n in ${MACHINES.join(" ")}; do
  ip netns del ${PREFIX}$n 2>/dev/null || true
  ip netns add ${PREFIX}$n
  ip netns exec ${PREFIX}$n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip -n ${PREFIX}$n link set lo up
done
ip -n ${PREFIX}lan link add br0 type bridge
ip -n ${PREFIX}lan link set br0 up
i=1
for n in c c2 r; do
  ip -n ${PREFIX}lan link add p$n type veth peer name eth0 netns ${PREFIX}$n
  ip -n ${PREFIX}$n link set eth0 address 02:00:00:00:00:0$i up
  ip -n ${PREFIX}lan link set p$n master br0 up
  i=$((i+1))
done
ip -n ${PREFIX}r link add eth1 type veth peer name eth0 netns ${PREFIX}s
ip -n ${PREFIX}r link set eth1 address 02:00:00:00:01:fe up
ip -n ${PREFIX}s link set eth0 address 02:00:00:00:01:02 up
for n in c c2 r s; do for d in eth0 eth1; do
  ip netns exec ${PREFIX}$n ethtool -K $d tx off rx off tso off gso off gro off 2>/dev/null >/dev/null || true
done; done
ip -n ${PREFIX}c addr add 10.0.0.1/24 brd + dev eth0
ip -n ${PREFIX}c2 addr add 10.0.0.2/24 brd + dev eth0
ip -n ${PREFIX}r addr add 10.0.0.254/24 brd + dev eth0
ip -n ${PREFIX}r addr add 10.1.0.254/24 brd + dev eth1
ip -n ${PREFIX}s addr add 10.1.0.2/24 brd + dev eth0
ip netns exec ${PREFIX}r sysctl -qw net.ipv4.ip_forward=1
ip -n ${PREFIX}c route add 10.1.0.0/16 via 10.0.0.254
ip -n ${PREFIX}s route add default via 10.1.0.254
`;

function build() {
  const { status, stderr } = spawnSync("bash", ["-c", BUILD], { env: ENVIRONMENT, encoding: "utf8" });
  if (status !== 0) throw new Error(`no network: ${stderr}`);
}

const argvOf = (machine, command) => ["netns", "exec", PREFIX + machine, "bash", "-c", command];

function start(machine, command, background) {
  // its own session: SIGINT goes to all of the command
  const child = spawn("ip", argvOf(machine, background ? `exec ${command}` : command), {
    env: ENVIRONMENT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const step = { machine, background: true, command, stdout: "", stderr: "", status: 0 };
  child.stdout.on("data", (data) => {
    step.stdout += data.toString("utf8");
  });
  child.stderr.on("data", (data) => {
    step.stderr += data.toString("utf8");
  });
  const ended = new Promise((resolve) => {
    child.on("close", (status) => {
      // as a shell shows the end by SIGINT
      step.status = status ?? 130;
      resolve();
    });
  });
  return { child, step, ended };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function run({ name, lines }) {
  build();
  const steps = [];
  const background = [];
  for (const line of lines) {
    const [, machine, mark, command] = /^(\w+)([$&]) (.*)$/.exec(line) ?? [];
    if (command === undefined) throw new Error(`${name}: not a command: ${line}`);
    if (mark === "&") {
      const started = start(machine, command, mark === "&");
      background.push(started);
      steps.push(started.step);
      await pause(SETTLE_MS);
      continue;
    }
    const started = start(machine, command, mark === "&");
    await started.ended;
    const { stdout, stderr, status } = started.step;
    steps.push({ machine, background: false, command, stdout, stderr, status });
  }
  if (background.length > 0) await pause(FINISH_MS);
  for (const { child, ended } of background) {
    if (child.exitCode === null) child.kill("SIGINT");
    await ended;
  }
  return { name, steps };
}

function snippets(file) {
  const group = file.replace(/\.txt$/, "");
  return readFileSync(new URL(file, SNIPPETS), "utf8")
    .split(/^=== /m)
    .slice(1)
    .map((block) => {
      const [title, ...lines] = block.split("\n").filter((line) => line !== "");
      return { name: `${group}: ${title}`, lines };
    });
}

const only = process.argv.slice(2);
const files = readdirSync(SNIPPETS).sort();
const kept = only.length === 0 ? [] : JSON.parse(readFileSync(RECORDED, "utf8"));
const recorded = [];
for (const file of files) {
  const group = file.replace(/\.txt$/, "");
  if (only.length > 0 && !only.includes(group)) {
    recorded.push(...kept.filter(({ name }) => name.startsWith(`${group}: `)));
    continue;
  }
  for (const snippet of snippets(file)) {
    recorded.push(await run(snippet));
    process.stdout.write(`${snippet.name}\n`);
  }
}
for (const machine of MACHINES) spawnSync("ip", ["netns", "del", PREFIX + machine]);
writeFileSync(RECORDED, `${JSON.stringify(recorded, null, 2)}\n`);
