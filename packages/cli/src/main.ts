#!/usr/bin/env node
/** The only file that touches the process: streams, variables and the wall clock go into the program from here. */
import { lvsim } from "./program.ts";
import { readLineSync } from "./read-line.ts";
import { processTerminal } from "./terminal.ts";

const { stdin, stdout, stderr } = process;
// whoever reads our output may stop early, as `head` does
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? 0);
});

process.exitCode = lvsim(process.argv.slice(2), {
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  variables: process.env,
  isTerminal: stdout.isTTY === true,
  terminal: processTerminal(process),
  showsProgress: stderr.isTTY === true,
  ...(stdin.isTTY === true && stdout.isTTY === true ? { readLine: readLineSync } : {}),
  clock: () => performance.now(),
});
