import { expect, test } from "vitest";
import { readSubmission, type SubmittedFile } from "./submission.ts";

const MACHINES = [
  { name: "dir", hostname: "a.qfedu.com" },
  { name: "rs1", hostname: "rs1" },
];
const read = (...files: SubmittedFile[]): string[] =>
  readSubmission(files, MACHINES).map(
    ({ machine, file, offset, text }) => `${machine} ${file}+${offset} ${JSON.stringify(text)}`,
  );
const text = (...lines: string[]): SubmittedFile => ({ name: "x.txt", text: lines.join("\n") });

test.each<[string, SubmittedFile[], string[]]>([
  [
    "a file for each machine is typed in the order of the lab",
    [
      { name: "rs1.sh", text: "two\n" },
      { name: "dir.sh", text: "one\n" },
    ],
    ['dir dir.sh+0 "one\\n"', 'rs1 rs1.sh+0 "two\\n"'],
  ],
  [
    "headings keep the order of the text",
    [text("# of alice", "# machine: rs1", "b", "# Machine: dir", "c", "# machine: rs1", "d")],
    ['rs1 x.txt+2 "b"', 'dir x.txt+4 "c"', 'rs1 x.txt+6 "d"'],
  ],
  [
    "of a terminal only what stands behind prompts counts",
    [text("[root@a ~]# one", "output", "[root@a.qfedu.com /etc]# two # why", "root@rs1:~# three")],
    ['dir x.txt+0 "one\\n\\ntwo # why"', 'rs1 x.txt+3 "three"'],
  ],
  [
    "and what bash asks for on further lines",
    [text("rs1# for i in 1; do", "> echo $i", "> done", "1", "> not asked for")],
    ['rs1 x.txt+0 "for i in 1; do\\necho $i\\ndone\\n\\n"'],
  ],
  [
    "Windows line ends and a byte order mark are taken off",
    [{ name: "dir.sh", text: "\uFEFFone\r\ntwo\r\n" }],
    ['dir dir.sh+0 "one\\ntwo\\n"'],
  ],
])("%s", (_fact, files, scripts) => {
  expect(read(...files)).toEqual(scripts);
});

test.each<[SubmittedFile[], string]>([
  [[], "there is no script in it: one file NAME.sh for each machine"],
  [[text("# machine: rs9", "x")], 'x.txt:1: there is no machine "rs9"; known: dir, rs1'],
  [[text("[root@gw ~]# x")], 'x.txt:1: there is no machine "gw"; known: dir, rs1'],
  [[text("ip addr add …")], 'x.txt says nowhere which machine it is for: "# machine: NAME"'],
  [[{ name: "dir.sh", text: "\u007fELF\0" }], "dir.sh holds binary data"],
  [
    [
      { name: "dir.sh", text: "" },
      { name: "rs7.sh", text: "" },
    ],
    "rs7.sh: there is no machine of that name; known: dir, rs1",
  ],
])("%j is refused: %s", (files, message) => {
  expect(() => read(...files)).toThrow(message);
});

test("one text without headings is for the machine where there is but one", () => {
  expect(readSubmission([text("a")], MACHINES.slice(0, 1))).toMatchObject([{ machine: "dir" }]);
});
