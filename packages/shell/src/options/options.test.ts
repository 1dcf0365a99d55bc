import { expect, test } from "vitest";
import { flag, Getopt, type GetoptItem, valued } from "./getopt.ts";
import { isPrefix, matchPrefix, Words } from "./iproute2.ts";
import { Popt, type PoptOption } from "./popt.ts";

const POPT: readonly PoptOption<string>[] = [
  { short: "A", long: "add-service", value: "none", tag: "add" },
  { short: "t", long: "tcp-service", value: "required", tag: "tcp" },
  { short: "s", long: "scheduler", value: "required", tag: "scheduler" },
  { short: "p", long: "persistent", value: "optional", tag: "persistent" },
  { short: "n", long: "numeric", value: "none", tag: "numeric" },
];

function popt(line: string): string {
  const parser = new Popt(POPT, line.split(" "));
  const seen: string[] = [];
  for (;;) {
    const item = parser.next();
    if (item.kind === "end")
      return [...seen, ...parser.operands.map((word) => `+${word}`)].join(" ");
    seen.push(item.kind === "error" ? `!${item.typed}:${item.text}` : `${item.tag}=${item.value}`);
    if (item.kind === "error") return seen.join(" ");
  }
}

test.each([
  ["-At V -swrr", "add=null tcp=V scheduler=wrr"],
  ["-A --tcp-service=V -s=rr", "add=null tcp=V scheduler=rr"],
  ["-A -t V -p", "add=null tcp=V persistent=null"],
  ["-p 300 -n", "persistent=300 numeric=null"],
  ["-p -n", "persistent=null numeric=null"],
  ["--persistent 60", "persistent=60"],
  ["a -n b -- -t", "numeric=null +a +b +-t"],
  ["-At", "add=null !-At:missing argument"],
  ["-nx", "numeric=null !-nx:unknown option"],
  ["-An=1", "add=null !-An=1:option does not take an argument"],
  ["--numeric=1", "!--numeric=1:option does not take an argument"],
  ["--tcp V", "!--tcp:unknown option"],
])("popt reads %j as %j", (line, expected) => {
  expect(popt(line)).toBe(expected);
});

function getopt(line: string, stops = false): string {
  const table = [
    flag("a", "all", "all"),
    flag("", "almost", "almost"),
    valued("n", "lines", "lines"),
  ];
  const parser = new Getopt(table, line.split(" "), stops);
  const seen: string[] = [];
  for (;;) {
    const item: GetoptItem<string> = parser.next();
    if (item.kind === "end")
      return [...seen, ...parser.operands.map((word) => `+${word}`)].join(" ");
    if (item.kind === "error") return item.message;
    seen.push(`${item.tag}=${item.value}`);
  }
}

test.each([
  ["head -an5 f", "all=null lines=5 +f"],
  ["head f -n 5 --all", "lines=5 all=null +f"],
  ["head --li=3 - -- -a", "lines=3 +- +-a"],
  ["head --al", "head: option '--al' is ambiguous; possibilities: '--all' '--almost'"],
  ["head -x", "head: invalid option -- 'x'"],
  ["head -n", "head: option requires an argument -- 'n'"],
  ["head --lines", "head: option '--lines' requires an argument"],
  ["head --all=1", "head: option '--all' doesn't allow an argument"],
  ["head --nope", "head: unrecognized option '--nope'"],
])("getopt reads %j as %j", (line, expected) => {
  expect(getopt(line)).toBe(expected);
});

test("getopt in its POSIX form ends at the first operand", () => {
  expect(getopt("timeout -a 5 head -n 1", true)).toBe("all=null +5 +head +-n +1");
});

test("iproute2 takes the first object that a prefix begins", () => {
  expect(matchPrefix("a", ["address", "addrlabel"])).toBe("address");
  expect(matchPrefix("addrl", ["address", "addrlabel"])).toBe("addrlabel");
  expect(isPrefix("", "address")).toBe(false);
});

test("a value that is missing ends an iproute2 command with status 255", () => {
  const words = new Words(["dev"]);
  words.take();
  expect(() => words.value()).toThrow(
    expect.objectContaining({
      status: 255,
      stderr: 'Command line is not complete. Try option "help"\n',
    }),
  );
});
