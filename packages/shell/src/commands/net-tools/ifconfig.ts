/**
 * `ifconfig` of net-tools 2.10. It reads its command line word by word and acts at once, so that what stands before a
 * mistake is done. Left out: IPv6, options of hardware that lvsim has none of.
 */
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { configureInterface } from "./configure-interface.ts";
import { version } from "./failures.ts";
import { allInterfaces, interfaceNamed } from "./interface.ts";
import { interfaceText, SHORT_HEAD, shortLine } from "./show-interface.ts";
import { IFCONFIG_USAGE } from "./usage.ts";

interface Options {
  all: boolean;
  short: boolean;
}

const IGNORED = ["-v"];
const VERSION = ["-V", "-version", "--version"];
const HELP = ["-?", "-h", "-help", "--help"];

function runIfconfig(context: SimpleContext): SimpleResult {
  const options: Options = { all: false, short: false };
  const words = context.argv.slice(1);
  while (words[0]?.startsWith("-")) {
    const word = words.shift() as string;
    if (word === "-a") options.all = true;
    else if (word === "-s") options.short = true;
    else if (VERSION.includes(word)) return version();
    else if (HELP.includes(word)) return result({ stdout: IFCONFIG_USAGE });
    else if (!IGNORED.includes(word))
      throw new CommandFailure(
        1,
        `ifconfig: option \`${word}' not recognised.\nifconfig: \`--help' gives usage information.\n`,
      );
  }
  const [name, ...rest] = words;
  if (name === undefined) return showAll(context, options);
  if (rest.length === 0) return showOne(context, name.slice(0, 15), options);
  return configureInterface(context, name.slice(0, 15), rest);
}

function showAll({ namespace }: SimpleContext, { all, short }: Options): SimpleResult {
  const shown = allInterfaces(namespace).filter(({ device }) => all || device.up);
  const stdout = shown.map((one) => (short ? shortLine(one) : interfaceText(one))).join("");
  return result({ stdout: short ? SHORT_HEAD + stdout : stdout });
}

function showOne({ namespace }: SimpleContext, name: string, { short }: Options): SimpleResult {
  const found = interfaceNamed(namespace, name);
  if (found === undefined)
    throw new CommandFailure(
      1,
      `${name}: error fetching interface information: Device not found\n`,
    );
  return result({ stdout: short ? SHORT_HEAD + shortLine(found) : interfaceText(found) });
}

export const ifconfig: Command = simpleCommand(
  "/usr/sbin/ifconfig",
  (context) => orFailure(() => runIfconfig(context)),
  { aliases: ["/sbin/ifconfig"] },
);
