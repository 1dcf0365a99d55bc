import { expect, test } from "vitest";
import { readSubmission, type SubmittedFile } from "./submission.ts";

const MACHINES = [
  { name: "client", hostname: "client", isOpen: false },
  { name: "dir", hostname: "a.qfedu.com", isOpen: true },
  { name: "rs1", hostname: "rs1", isOpen: true },
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
    "of a terminal only what stands behind prompts counts, each command by itself",
    [text("[root@a ~]# one", "output", "[root@a.qfedu.com /etc]# two # why", "root@rs1:~# three")],
    ['dir x.txt+0 "one"', 'dir x.txt+2 "two # why"', 'rs1 x.txt+3 "three"'],
  ],
  [
    "and what bash asks for on further lines",
    [text("rs1# for i in 1; do", "> echo $i", "> done", "1", "> not asked for")],
    ['rs1 x.txt+0 "for i in 1; do\\necho $i\\ndone"'],
  ],
  [
    "what its shell remembers is said again, on lines that the file has too",
    [text("root@rs1:~# v=1", "root@a:~# w=2", "root@rs1:~# cd /etc", "root@rs1:/etc# cat $v")],
    [
      'rs1 x.txt+0 "v=1"',
      'dir x.txt+1 "w=2"',
      'rs1 x.txt+1 "v=1\\ncd /etc"',
      'rs1 x.txt+1 "v=1\\ncd /etc\\ncat $v"',
    ],
  ],
  [
    "other machines and commands to lvsim itself are passed over",
    [text("root@client:~# curl x", "> -s", "root@client:~# :rs1", "root@rs1:~# one")],
    ['rs1 x.txt+3 "one"'],
  ],
  [
    "a session that lvsim lab recorded has commands too",
    [
      text(
        "# lvsim session 1",
        "# lvsim lab dr --seed 1 --replay FILE",
        "0.000000000 client $ ping 10.0.0.1",
        "1.500000000 client ^C",
        "1.500000000 : rs1",
        "1.500000000 rs1 $ one",
        '2.000000000 rs1 < "y"',
      ),
    ],
    ['rs1 x.txt+5 "one"'],
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
  [[text("# machine: client", "x")], 'x.txt:1: there is no machine "client"; known: dir, rs1'],
  [[text("[root@gw ~]# x")], 'x.txt:1: there is no machine "gw"; known: dir, rs1'],
  [[text("ip addr add …")], 'x.txt says nowhere which machine it is for: "# machine: NAME"'],
  [
    [text(..."rs1# x ".repeat(1001).trim().replaceAll(" rs1", "\nrs1").split("\n"))],
    "it has 1001 commands",
  ],
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
  expect(readSubmission([text("a")], MACHINES.slice(0, 2))).toMatchObject([{ machine: "dir" }]);
});
