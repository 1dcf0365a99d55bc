/** Random command lines: no throw, an answer in the real programs' forms, and nothing changed where one failed. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { Command, SimpleResult } from "../../command.ts";
import { bareNamespace, runCommand, testKernel } from "../../testing/run-command.ts";
import { ipset } from "../ipset/ipset.ts";
import { iptables, iptablesRestore, iptablesSave } from "./commands.ts";
import { MATCHES, TARGETS } from "./extensions/registry.ts";

const OPTIONS = [...MATCHES.values(), ...TARGETS.values()].flatMap(({ options }) =>
  options.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]),
);
const VALUES =
  "0 1 -1 80 80:90 22,80 3/1 10.0.0.1 10.0.0.0/8 10.0.0.0/33 1.2.3 nosuch eth0 eth+ tcp udp icmp all 0x1/0xff 5/sec 1e3 99999999999 0.5 src src,dst a b web SYN,ACK ACK LOCAL NEW pre ' é a|b /".split(
    " ",
  );
const COMMAND_WORDS =
  "-A -D -I -R -C -N -X -F -Z -P -E -L -S -t -j -g -m -p -s -d -i -o -f -v -n -x -c -w ! -- --line-numbers --jump --match=tcp --src -nvL -4 -6 -h -V --set-counters --exact=5 filter mangle raw nat INPUT FORWARD OUTPUT PREROUTING ACCEPT DROP RETURN QUEUE".split(
    " ",
  );
const SET_WORDS =
  "create add del test destroy list save flush rename swap restore help version n x l -A -N -D -T -o save xml plain -s -q -! -exist -n -t -f hash:ip hash:net hash:ip,port hash:net,port hash:ip,port,ip hash:ip,port,net bitmap:ip bitmap:port list:set hash:mac family inet inet6 hashsize maxelem timeout counters comment netmask range size nomatch before after packets bytes a b c 10.0.0.1,tcp:80 10.0.0.1,80-82 10.0.0.1-10.0.0.9 10.0.0.0/24,udp:53 1-1024 tcp:80,1.1.1.1 10.0.0.1,icmp:ping,10.0.0.0/8".split(
    " ",
  );

const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...COMMAND_WORDS) },
  { weight: 3, arbitrary: fc.constantFrom(...OPTIONS.map((name) => `--${name}`)) },
  { weight: 2, arbitrary: fc.constantFrom(...MATCHES.keys(), ...TARGETS.keys()) },
  { weight: 4, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);
const setWord = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...SET_WORDS) },
  { weight: 2, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);

/** Near to a rule that could be: a command, a chain, a match and a target with options and values of their own. */
const ruleWords = fc
  .tuple(
    fc.constantFrom("-A", "-I", "-C", "-D"),
    fc.constantFrom("INPUT", "FORWARD", "web", "PREROUTING"),
    fc.constantFrom(...MATCHES.values()),
    fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 30 }), fc.constantFrom(...VALUES)), {
      maxLength: 3,
    }),
    fc.constantFrom(...TARGETS.values()),
    fc.array(fc.tuple(fc.nat({ max: 30 }), fc.constantFrom(...VALUES)), { maxLength: 2 }),
    fc.constantFrom([], ["-p", "tcp"], ["-p", "udp"], ["-t", "mangle"], ["-t", "raw"]),
  )
  .map(([command, chain, match, conditions, target, settings, rest]) => [
    command,
    chain,
    ...rest,
    "-m",
    match.name,
    ...conditions.flatMap(([isInverted, at, value]) => {
      const option = match.options[at % Math.max(match.options.length, 1)];
      if (option === undefined) return [];
      return [
        ...(isInverted ? ["!"] : []),
        `--${option.name}`,
        ...(option.words === 0 ? [] : [value]),
      ];
    }),
    "-j",
    target.name,
    ...settings.flatMap(([at, value]) => {
      const option = target.options[at % Math.max(target.options.length, 1)];
      if (option === undefined) return [];
      return [`--${option.name}`, ...(option.words === 0 ? [] : [value])];
    }),
  ]);

const setLine = fc
  .tuple(
    fc.constantFrom("create", "add", "del", "test"),
    fc.constantFrom("a", "b", "l"),
    fc.array(setWord, { maxLength: 6 }),
  )
  .map(([command, name, rest]) => [command, name, ...rest]);

function machine() {
  const namespace = bareNamespace();
  const kernel = testKernel(namespace);
  const run = (command: Command, argv: readonly string[], stdin = ""): SimpleResult =>
    runCommand(kernel, command, [...argv], stdin);
  for (const table of ["filter", "mangle", "raw", "nat"])
    run(iptables, ["iptables", "-t", table, "-L"]);
  run(iptables, ["iptables", "-N", "web"]);
  run(ipset, ["ipset", "create", "a", "hash:ip", "timeout", "5", "comment"]);
  run(ipset, ["ipset", "create", "b", "hash:net"]);
  run(ipset, ["ipset", "create", "l", "list:set"]);
  return { namespace, run };
}

const isTold = ({ status, stderr }: SimpleResult): boolean => status === 0 || stderr !== "";

test.prop([fc.array(fc.oneof(fc.array(word, { maxLength: 9 }), ruleWords), { maxLength: 8 })])(
  "iptables answers whatever it is told, and a mistake changes nothing",
  (lines) => {
    const { namespace, run } = machine();
    for (const line of lines) {
      const before = namespace.config;
      const result = run(iptables, ["iptables", ...line]);
      expect(isTold(result)).toBe(true);
      if (result.status !== 0 && !line.includes("-X")) expect(namespace.config).toEqual(before);
    }
    // what was taken can be written and read again
    const saved = run(iptablesSave, ["iptables-save"]).stdout;
    const restored = run(iptablesRestore, ["iptables-restore"], saved);
    expect(restored.stderr.replace(/^(Warning|--reject|warn|xt_iprange).*\n/gm, "")).toBe("");
    expect(run(iptablesSave, ["iptables-save"]).stdout).toBe(saved);
  },
);

const restoreLine = fc.oneof(
  fc.constantFrom(
    "*filter",
    "*mangle",
    "*raw",
    "COMMIT",
    ":web - [0:0]",
    ":INPUT DROP [1:2]",
    ":x",
    "*",
  ),
  fc.array(word, { maxLength: 7 }).map((words) => words.join(" ")),
  ruleWords.map((words) => words.join(" ")),
  fc.string({ maxLength: 20 }),
);

test.prop([fc.array(restoreLine, { maxLength: 10 }), fc.subarray(["-n", "-c", "-v", "-t"])])(
  "iptables-restore takes a table as a whole or not at all",
  (lines, options) => {
    const { namespace, run } = machine();
    const before = namespace.config;
    const text = ["*filter", ...lines.filter((line) => !/COMMIT/.test(line)), "COMMIT"].join("\n");
    const result = run(iptablesRestore, ["iptables-restore", ...options], text);
    expect(isTold(result)).toBe(true);
    if (result.status !== 0 || options.includes("-t")) expect(namespace.config).toEqual(before);
    expect(() => run(iptablesRestore, ["iptables-restore"], lines.join("\n"))).not.toThrow();
  },
);

test.prop([fc.array(fc.oneof(fc.array(setWord, { maxLength: 7 }), setLine), { maxLength: 12 })])(
  "ipset answers whatever it is told, and what it saves it restores",
  (lines) => {
    const { run } = machine();
    for (const line of lines) {
      const quiet = line.includes("-q");
      const result = run(ipset, ["ipset", ...line], "add a 1.1.1.1\nnosuch\n");
      expect(quiet || isTold(result)).toBe(true);
    }
    const saved = run(ipset, ["ipset", "save"]).stdout;
    const other = machine();
    other.run(ipset, ["ipset", "destroy"]);
    expect(other.run(ipset, ["ipset", "restore"], saved)).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
    expect(other.run(ipset, ["ipset", "save"]).stdout).toBe(saved);
  },
);
