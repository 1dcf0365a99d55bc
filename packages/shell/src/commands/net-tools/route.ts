/** `route` of net-tools 2.10: the main table, and changes of it by ioctl. Left out: the cache, IPv6. */
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";
import { changeRoute } from "./change-route.ts";
import { usageFailure, version } from "./failures.ts";
import { routeTableText } from "./route-table.ts";
import { ROUTE_CHANGE_USAGE, ROUTE_USAGE } from "./usage.ts";

type Tag = "extend" | "numeric" | "family" | "inet6" | "version" | "help" | "cache" | "nothing";

const OPTIONS: readonly GetoptOption<Tag>[] = [
  flag("e", "extend", "extend"),
  flag("n", "numeric", "numeric"),
  valued("A", "", "family"),
  flag("4", "inet", "nothing"),
  flag("6", "inet6", "inet6"),
  flag("V", "version", "version"),
  flag("h", "help", "help"),
  flag("?", "", "help"),
  flag("C", "cache", "cache"),
  flag("F", "fib", "nothing"),
  flag("v", "verbose", "nothing"),
  flag("N", "symbolic", "nothing"),
];

interface Options {
  extended: number;
  numeric: boolean;
  inet6: boolean;
  cache: boolean;
}

function runRoute(context: SimpleContext): SimpleResult {
  const options: Options = { extended: 0, numeric: false, inet6: false, cache: false };
  // words behind the verb are not options: -net and -host
  const verbAt = context.argv.findIndex(
    (word, i) => i > 0 && /^(add|del|delete|new|flush)$/.test(word),
  );
  const head = verbAt < 0 ? context.argv : context.argv.slice(0, verbAt);
  const getopt = new Getopt(OPTIONS, head);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw usageFailure(ROUTE_USAGE, `${item.message}\n`);
    if (item.tag === "version") return version();
    if (item.tag === "help") return result({ stdout: ROUTE_USAGE });
    takeOption(options, item.tag, item.value ?? "");
  }
  if (getopt.operands.length > 0) throw usageFailure(ROUTE_USAGE);
  if (verbAt < 0) return showRoutes(context, options);
  if (options.inet6) throw new CommandFailure(7, `SIOCADDRT: Permission denied\n`);
  const [verb = "", ...words] = context.argv.slice(verbAt);
  if (verb === "flush")
    throw usageFailure(ROUTE_CHANGE_USAGE, "Flushing `inet' routing table not supported\n");
  if (words.length === 0) return result({ stdout: ROUTE_CHANGE_USAGE });
  return changeRoute(context, verb === "add" || verb === "new" ? "add" : "delete", words);
}

function takeOption(options: Options, tag: Tag, value: string): void {
  if (tag === "extend") options.extended++;
  else if (tag === "numeric") options.numeric = true;
  else if (tag === "cache") options.cache = true;
  else if (tag === "inet6" || (tag === "family" && value === "inet6")) options.inet6 = true;
  else if (tag === "family" && value !== "inet")
    throw usageFailure(ROUTE_USAGE, `route: unknown address family \`${value}'\n`);
}

/** What a host with IPv6 switched off has. */
const INET6_TABLE =
  "Kernel IPv6 routing table\n" +
  "Destination                    Next Hop                   Flag Met Ref  Use If\n" +
  "[::]/0                         [::]                       !n   -1  1      0 lo\n".repeat(2);

function showRoutes({ machine, namespace }: SimpleContext, options: Options): SimpleResult {
  if (options.inet6) return result({ stdout: INET6_TABLE });
  // there is no cache since Linux 3.6: its file is not there
  if (options.cache)
    return result({ status: 1, stderr: `/proc/net/rt_cache: No such file or directory\n` });
  const extended = Math.min(options.extended, 2) as 0 | 1 | 2;
  const style = { numeric: options.numeric, extended };
  return result({ stdout: routeTableText(namespace, machine.files, style) });
}

export const route: Command = simpleCommand(
  "/usr/sbin/route",
  (context) => orFailure(() => runRoute(context)),
  { aliases: ["/sbin/route"] },
);
