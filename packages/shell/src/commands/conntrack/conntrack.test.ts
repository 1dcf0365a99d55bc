import { expect, test } from "vitest";
import { runConntrack } from "./conntrack.ts";

/** As conntrack-tools 1.4.7 answered in an empty network namespace. */
test.each([
  ["-L", 0, "", "0 flow entries have been shown."],
  ["-L -p udp --dport 53", 0, "", "0 flow entries have been shown."],
  ["-L expect", 0, "", "0 expectations have been shown."],
  ["-D -s 1.2.3.4", 1, "", "0 flow entries have been deleted."],
  ["-F", 0, "", "connection tracking table has been emptied."],
  ["-C", 0, "0\n", ""],
])("`conntrack %s` on a host that tracks nothing", (words, status, stdout, stderr) => {
  const got = runConntrack(["conntrack", ...words.split(" ")]);
  const told = stderr === "" ? "" : `conntrack v1.4.7 (conntrack-tools): ${stderr}\n`;
  expect(got).toEqual({ status, stdout, stderr: told });
});

test.each(["--foo", "-X"])("`conntrack %s` is refused with status 2", (word) => {
  const { status, stderr } = runConntrack(["conntrack", word]);
  expect(status).toBe(2);
  expect(stderr).toBe(
    `conntrack v1.4.7 (conntrack-tools): unknown option \`${word}'\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`,
  );
});
