/**
 * `conntrack` of conntrack-tools 1.4.7: the table of tracked connections listed, searched, changed, counted, emptied and
 * watched. Expectations are none. Left out: what the options of zones, labels and security marks would do.
 */
import { type ConnectionTracking, IpProtocol, type TrackedConnection } from "@lvsim/core";
import { type Command, type CommandContext, result, type SimpleResult } from "../../command.ts";
import type { Wait } from "../../process/wait.ts";
import { createFlow, updateFlow } from "./change.ts";
import { fits, isMeant } from "./filter.ts";
import { type FlowClock, flowLine, flowOptions, flowXml, XML_END, XML_HEAD } from "./format.ts";
import { type ConntrackOptions, readConntrackOptions } from "./options.ts";
import { ConntrackProblem, operationFailed, PROGRAM, USAGE } from "./usage.ts";
import { watch } from "./watch.ts";

const told = (text: string): string => `${PROGRAM}: ${text}\n`;
const counted = (count: number, what: string): string =>
  told(`${count} flow entries have been ${what}.`);

/** The lines of flows; `uses` is what `use=` shows. */
function show(
  connections: readonly TrackedConnection[],
  options: ConntrackOptions,
  clock: FlowClock,
  uses: number,
): string {
  const { output } = options;
  if (output.has("xml"))
    return XML_HEAD + connections.map((one) => `${flowXml(one, clock)}\n`).join("") + XML_END;
  if (output.has("save")) return connections.map((one) => `${flowOptions(one, clock)}\n`).join("");
  const style = {
    extended: output.has("extended"),
    id: output.has("id"),
    began: output.has("ktimestamp"),
    uses,
    zeroMark: true,
    counters: true,
  };
  return connections.map((one) => `${flowLine(one, clock, style)}\n`).join("");
}

function list(tracking: ConnectionTracking, options: ConntrackOptions, clock: FlowClock) {
  const found = tracking.list().filter((connection) => fits(connection, options));
  const stdout = show(found, options, clock, 1);
  if (options.zero)
    for (const { original, answer } of found) {
      original.packets = 0;
      original.octets = 0;
      answer.packets = 0;
      answer.octets = 0;
    }
  return result({ stdout, stderr: counted(found.length, "shown") });
}

/** What -G is given names one flow, by one of its directions. */
function namesFlow(connection: TrackedConnection, options: ConntrackOptions): boolean {
  const { addresses } = options;
  const reverse = !addresses.has("s");
  const tuple = reverse ? connection.answer : connection.original;
  const { numbers, protocol } = options;
  if (tuple.protocol !== protocol) return false;
  if (tuple.source !== addresses.get(reverse ? "r" : "s")?.address) return false;
  if (tuple.destination !== addresses.get(reverse ? "q" : "d")?.address) return false;
  if (protocol === IpProtocol.icmp) return tuple.sourcePort === numbers.get("icmp-id");
  return (
    tuple.sourcePort === (numbers.get("sport") ?? 0) &&
    tuple.destinationPort === (numbers.get("dport") ?? 0)
  );
}

function get(tracking: ConnectionTracking, options: ConntrackOptions, clock: FlowClock) {
  const found = tracking.list().find((connection) => namesFlow(connection, options));
  if (found === undefined) throw operationFailed("such conntrack doesn't exist");
  return result({ stdout: show([found], options, clock, 2), stderr: counted(1, "shown") });
}

function remove(tracking: ConnectionTracking, options: ConntrackOptions, clock: FlowClock) {
  const found = tracking.list().filter((connection) => fits(connection, options));
  const stdout = show(found, options, clock, 1);
  for (const connection of found) tracking.kill(connection);
  const status = found.length === 0 ? 1 : 0;
  return result({ status, stdout, stderr: counted(found.length, "deleted") });
}

/** The options that say what to change do not say which flows. */
function update(tracking: ConnectionTracking, options: ConntrackOptions, clock: FlowClock) {
  const { mark, statuses, state } = options;
  const found = tracking.list().filter((connection) => isMeant(connection, options));
  for (const connection of found)
    if (mark !== null || options.timeout !== null || statuses.length > 0 || state !== null)
      updateFlow(tracking, connection, options);
  const stdout = show(found, options, clock, 2);
  const status = found.length === 0 ? 1 : 0;
  return result({ status, stdout, stderr: counted(found.length, "updated") });
}

function flush(tracking: ConnectionTracking): SimpleResult {
  for (const connection of tracking.connections()) tracking.kill(connection);
  return result({ stderr: told("connection tracking table has been emptied.") });
}

function statistics({ statistics: counts }: ConnectionTracking): string {
  const { found, invalid, insertFailed, drop, earlyDrop, error } = counts;
  return (
    `cpu=0   \tfound=${found} invalid=${invalid} insert=0 insert_failed=${insertFailed} drop=${drop} ` +
    `early_drop=${earlyDrop} error=${error} search_restart=0 clash_resolve=0 chaintoolong=0 \n`
  );
}

/** Commands about expectations, and about entries that are dying or not confirmed: there are none. */
function answerEmpty({ command, table }: ConntrackOptions): SimpleResult {
  const expectations = table === "expect";
  switch (command) {
    case "L":
      return result({
        stderr: expectations ? told("0 expectations have been shown.") : counted(0, "shown"),
      });
    case "F":
      return result({ stderr: told("expectation table has been emptied.") });
    case "C":
      return result({ stdout: "0\n" });
    default:
      return result({ status: 1, stderr: counted(0, "deleted") });
  }
}

function answer(
  tracking: ConnectionTracking,
  options: ConntrackOptions,
  clock: FlowClock,
): SimpleResult {
  if (options.table !== "conntrack") return answerEmpty(options);
  switch (options.command) {
    case "L":
      return list(tracking, options, clock);
    case "G":
      return get(tracking, options, clock);
    case "D":
      return remove(tracking, options, clock);
    case "I":
      createFlow(tracking, options);
      return result({ stderr: counted(1, "created") });
    case "U":
      return update(tracking, options, clock);
    case "F":
      return flush(tracking);
    case "C":
      return result({ stdout: `${tracking.table.count}\n` });
    case "S":
      return result({ stdout: statistics(tracking) });
    default:
      return result({ stdout: USAGE });
  }
}

/** The clocks of the machine at this instant. */
function clockOf({ machine, namespace }: CommandContext): FlowClock {
  const { engine } = namespace;
  const epoch = machine.wallSeconds - Math.floor(engine.now / 1e9);
  return { jiffies: engine.timers.jiffies, now: engine.now, epoch };
}

function* run(context: CommandContext): Generator<Wait, number, void> {
  const { namespace, process } = context;
  let outcome: SimpleResult;
  try {
    const options = readConntrackOptions(context.argv);
    if (options === "version" || options === "help") {
      yield* context.out(options === "version" ? `${PROGRAM}\n` : USAGE);
      return 0;
    }
    yield* context.err(options.warnings.join(""));
    const { tracking } = namespace.netfilter.connections;
    if (options.command === "E" && options.table === "conntrack")
      return yield* watch(context, tracking, options, () => clockOf(context));
    tracking.actor = process.pid;
    outcome = answer(tracking, options, clockOf(context));
  } catch (thrown) {
    if (!(thrown instanceof ConntrackProblem)) throw thrown;
    outcome = result({ status: thrown.status, stderr: thrown.text });
  } finally {
    const { loaded } = namespace.netfilter.connections;
    if (loaded !== null) loaded.actor = 0;
  }
  yield* context.out(outcome.stdout);
  yield* context.err(outcome.stderr);
  return outcome.status;
}

export const conntrack: Command = { path: "/usr/sbin/conntrack", run };
