/**
 * Sessions recorded with ipset 7.17 and iptables 1.8.9 (legacy) in an empty network namespace of a 6.18 kernel;
 * revisions and sizes of hash:ip and hash:ip,port were turned into those of 6.1, which lacks their bitmask. Hidden are the
 * random keys of hashes, seconds left, and the order of members where nobody asked for one.
 */
import { expect, test } from "vitest";
import type { SimpleResult } from "../../command.ts";
import { bareNamespace, runCommand, testKernel } from "../../testing/run-command.ts";
import { iptables } from "../iptables/commands.ts";
import { ipset } from "./ipset.ts";
import recorded from "./recorded.json" with { type: "json" };

interface Step {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly status?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** A machine whose commands are words. */
function machine(): (argv: readonly string[], stdin: string) => SimpleResult {
  const namespace = bareNamespace();
  const kernel = testKernel(namespace);
  kernel.files.writeText("/etc/hosts", "127.0.0.1 localhost\n");
  return (argv, stdin) =>
    runCommand(kernel, argv[0] === "ipset" ? ipset : iptables, [...argv], stdin);
}

const SORTED = /^-(s|sorted)$/;

/** What a step printed, without what is random. */
function transcript(argv: readonly string[], result: Partial<SimpleResult>): readonly string[] {
  const text = `${result.stdout ?? ""}${result.stderr ?? ""}[${result.status ?? 0}]`;
  const lines = text
    .replace(/0x[0-9a-f]{8}/g, "KEY")
    .replace(/timeout([ >])[1-9]\d*/g, "timeout$1T")
    .split("\n");
  return argv.some((word) => SORTED.test(word)) ? lines : lines.sort();
}

function difference({ argv, stdin, ...expected }: Step, got: SimpleResult): readonly string[] {
  const wanted = transcript(argv, expected);
  const found = transcript(argv, got);
  const line = wanted.findIndex((text, index) => text !== found[index]);
  if (line < 0 && wanted.length === found.length) return [];
  return [`${argv.join(" ")} <${stdin ?? ""}\n- ${wanted[line]}\n+ ${found[line]}`];
}

test.each(recorded as readonly { name: string; steps: readonly Step[] }[])(
  "$name: as recorded",
  ({ steps }) => {
    const run = machine();
    const differences = steps.flatMap((step) => difference(step, run(step.argv, step.stdin ?? "")));
    expect(differences).toEqual([]);
  },
);
