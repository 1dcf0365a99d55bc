import { expect, test } from "vitest";
import type { Kernel } from "../../kernel/kernel.ts";
import { bareNamespace, runCommand, testKernel } from "../../testing/run-command.ts";
import { BASE_COMMANDS } from "./index.ts";

const byName = new Map(
  BASE_COMMANDS.flatMap((command) => [
    [command.path.slice(command.path.lastIndexOf("/") + 1), command] as const,
  ]),
);

/** A machine with the files of the tables below, in /root. */
function machine(): Kernel {
  const kernel = testKernel(bareNamespace());
  kernel.files.makeDirectories("/root/d");
  kernel.files.makeDirectories("/tmp");
  kernel.files.writeText("/root/f", "");
  kernel.files.writeText("/root/t", "a b\tc\n\n\nd");
  kernel.files.writeText("/root/s", "b\na\nc\na\n10\n9\n");
  kernel.files.writeText("/root/k", "x:1:z\nnodelim\ny:2:w\n");
  for (const command of BASE_COMMANDS) kernel.files.mount(command.path, program(command));
  return kernel;
}

const program = (command: (typeof BASE_COMMANDS)[number]) =>
  ({
    kind: "file",
    mode: 0o755,
    modified: 0,
    content: "",
    program: command,
    readOnly: false,
  }) as never;

/** Splits a line at blanks; single quotes keep a word together. */
const words = (line: string): string[] =>
  Array.from(line.matchAll(/(?:'[^']*'|[^\s'])+/g), ([word]) => word.replaceAll("'", ""));

function run(line: string, kernel = machine()): string {
  const [command = "", input = ""] = line.split(" < ");
  const argv = words(command);
  const tool = byName.get(argv[0] ?? "");
  if (tool === undefined) throw new Error(`no ${argv[0]}`);
  const stdin = input === "" ? "" : (kernel.files.readText(`/root/${input}`) ?? "");
  const { status, stdout, stderr } = runCommand(kernel, tool, argv, stdin);
  return `${stdout}${stderr}=${status}`;
}

/** Recorded from coreutils 9.1, grep 3.8, sed 4.9, findutils 4.9.0 in the C locale. */
test.each([
  ["cat -n t", "     1\ta b\tc\n     2\t\n     3\t\n     4\td=0"],
  ["cat -b t", "     1\ta b\tc\n\n\n     2\td=0"],
  ["cat -s t", "a b\tc\n\nd=0"],
  ["cat -A t", "a b^Ic$\n$\n$\nd=0"],
  ["seq -3 -1", "-3\n-2\n-1\n=0"],
  ["seq -s, 3", "1,2,3\n=0"],
  ["seq 1 .5 3", "1.0\n1.5\n2.0\n2.5\n3.0\n=0"],
  ["seq -w 8 11", "08\n09\n10\n11\n=0"],
  ["seq 3 -1 1", "3\n2\n1\n=0"],
  ["seq -f %03g 3", "001\n002\n003\n=0"],
  ["seq 0", "=0"],
  ["wc t", "3 4 9 t\n=0"],
  ["wc -l t", "3 t\n=0"],
  ["wc t s", " 3  4  9 t\n 6  6 13 s\n 9 10 22 total\n=0"],
  ["wc -l < s", "6\n=0"],
  ["head -2 s", "b\na\n=0"],
  ["head -c 3 s", "b\na=0"],
  ["head -n -4 s", "b\na\n=0"],
  ["head -n 1 s t", "==> s <==\nb\n\n==> t <==\na b\tc\n=0"],
  ["tail -2 s", "10\n9\n=0"],
  ["tail -n +5 s", "10\n9\n=0"],
  ["tail -c 4 s", "0\n9\n=0"],
  ["tr a-z A-Z < s", "B\nA\nC\nA\n10\n9\n=0"],
  ["tr -d '\\n' < s", "baca109=0"],
  ["tr -cd 0-9 < s", "109=0"],
  ["tr '[:lower:]' '[:upper:]' < s", "B\nA\nC\nA\n10\n9\n=0"],
  ["tr abc x < s", "x\nx\nx\nx\n10\n9\n=0"],
  ["cut -d: -f2 k", "1\nnodelim\n2\n=0"],
  ["cut -d: -f1,3 k", "x:z\nnodelim\ny:w\n=0"],
  ["cut -s -d: -f1 k", "x\ny\n=0"],
  ["cut -c1-3 k", "x:1\nnod\ny:2\n=0"],
  ["cut -d: -f-2 --output-delimiter=, k", "x,1\nnodelim\ny,2\n=0"],
  ["sort s", "10\n9\na\na\nb\nc\n=0"],
  ["sort -n s", "a\na\nb\nc\n9\n10\n=0"],
  ["sort -rn s", "10\n9\nc\nb\na\na\n=0"],
  ["sort -u s", "10\n9\na\nb\nc\n=0"],
  ["sort -t: -k2 -r k", "y:2:w\nx:1:z\nnodelim\n=0"],
  ["sort -t: -k2,2nr k", "y:2:w\nx:1:z\nnodelim\n=0"],
  ["uniq -c s", "      1 b\n      1 a\n      1 c\n      1 a\n      1 10\n      1 9\n=0"],
  ["grep -n a s", "2:a\n4:a\n=0"],
  ["grep -c a s t", "s:2\nt:1\n=0"],
  ["grep -o '[0-9]*' s", "10\n9\n=0"],
  ["grep -w b t", "a b\tc\n=0"],
  ["grep -q a s x", "=0"],
  ["grep -q zz s", "=1"],
  ["grep -s a x", "=2"],
  ["grep -l a s t", "s\nt\n=0"],
  ["grep -h a s t", "a\na\na b\tc\n=0"],
  ["grep -e a -e b s", "b\na\na\n=0"],
  ["grep -A1 -n c s", "3:c\n4-a\n=0"],
  ["grep -B1 10 s", "a\n10\n=0"],
  ["grep -b a s", "2:a\n6:a\n=0"],
  ["grep -F . s", "=1"],
  ["grep -m1 a s", "a\n=0"],
  ["sed -n 2p s", "a\n=0"],
  ["sed 's/a/X/g' s", "b\nX\nc\nX\n10\n9\n=0"],
  ["sed -n '$p' s", "9\n=0"],
  ["sed -n '/b/,/c/p' s", "b\na\nc\n=0"],
  ["sed -E 's/(.)/<\\1>/' s", "<b>\n<a>\n<c>\n<a>\n<1>0\n<9>\n=0"],
  ["sed 2q s", "b\na\n=0"],
  ["sed '2c baz' s", "b\nbaz\nc\na\n10\n9\n=0"],
  ["sed '$a bar' s", "b\na\nc\na\n10\n9\nbar\n=0"],
  ["sed y/ab/AB/ s", "B\nA\nc\nA\n10\n9\n=0"],
  ["sed -n '2,3!p' s", "b\na\n10\n9\n=0"],
  ["sed -n '1~2p' s", "b\nc\n10\n=0"],
  ["sed -n '2,+1p' s", "a\nc\n=0"],
  ["sed '2,1d' s", "b\nc\na\n10\n9\n=0"],
  ["xargs < s", "b a c a 10 9\n=0"],
  ["xargs nosuch < s", "xargs: nosuch: No such file or directory\n=127"],
  ["xargs -n2 basename -a < s", "b\na\nc\na\n10\n9\n=0"],
  ["xargs -I{} basename x{}y < s", "xby\nxay\nxcy\nxay\nx10y\nx9y\n=0"],
  ["xargs false < s", "=123"],
  ["find . -type f", "./f\n./k\n./s\n./t\n=0"],
  ["find . -maxdepth 1 -type d", ".\n./d\n=0"],
  ["find . -name s -exec basename {} ;", "s\n=0"],
  ["ls", "d\nf\nk\ns\nt\n=0"],
  ["ls d s f", "f\ns\n\nd:\n=0"],
  ["ls -F .", "d/\nf\nk\ns\nt\n=0"],
  ["ls -l s", "-rw-r--r-- 1 root root 13 Jan  1 00:00 s\n=0"],
  ["date", "Mon Jan  1 00:00:00 UTC 2024\n=0"],
  ["date -u -d @0", "Thu Jan  1 00:00:00 UTC 1970\n=0"],
  [
    "date -u -d @1704067200.5 '+%s %N %3N %F %T %a %j %k %l %p %r %u %w %y %z %Z %% %:z %q %V %G %U'",
    "1704067200 500000000 500 2024-01-01 00:00:00 Mon 001  0 12 AM 12:00:00 AM 1 1 24 +0000 UTC % +00:00 1 01 2024 00\n=0",
  ],
  ["date -u -d '2024-01-02 03:04:05' +%s", "1704164645\n=0"],
  ["date -u -R -d @5", "Thu, 01 Jan 1970 00:00:05 +0000\n=0"],
  ["date -u -Iseconds -d @5", "1970-01-01T00:00:05+00:00\n=0"],
  ["basename /a/b.c .c", "b\n=0"],
  ["dirname /a/b c", "/a\n.\n=0"],
  ["env -i A=1 B=2", "A=1\nB=2\n=0"],
  ["readlink -m nosuch/a/..", "/root/nosuch\n=0"],
  ["chmod -v 700 f", "mode of 'f' changed from 0644 (rw-r--r--) to 0700 (rwx------)\n=0"],
  ["chmod -v u+x,go-r f", "mode of 'f' changed from 0644 (rw-r--r--) to 0700 (rwx------)\n=0"],
  ["mkdir -pv e1/e2", "mkdir: created directory 'e1'\nmkdir: created directory 'e1/e2'\n=0"],
  ["cp -v f g", "'f' -> 'g'\n=0"],
  ["mv -v f g", "renamed 'f' -> 'g'\n=0"],
  ["stat -c '%n %s %a %A %U %F' f", "f 0 644 -rw-r--r-- root regular empty file\n=0"],
  ["timeout 0.1 sleep 1", "=124"],
  ["timeout -s KILL 0.1 sleep 1", "=137"],
  ["timeout 1 false", "=1"],
  ["timeout --preserve-status 0.1 sleep 1", "=143"],
])("%s", (line, expected) => {
  expect(run(line)).toBe(expected);
});

test.each([
  ["mkdir d", "mkdir: cannot create directory 'd': File exists\n=1"],
  ["mkdir a/b", "mkdir: cannot create directory 'a/b': No such file or directory\n=1"],
  ["mkdir", "mkdir: missing operand\nTry 'mkdir --help' for more information.\n=1"],
  ["rmdir x", "rmdir: failed to remove 'x': No such file or directory\n=1"],
  ["rmdir f", "rmdir: failed to remove 'f': Not a directory\n=1"],
  ["rm x", "rm: cannot remove 'x': No such file or directory\n=1"],
  ["rm d", "rm: cannot remove 'd': Is a directory\n=1"],
  ["rm -f x", "=0"],
  ["cp x y", "cp: cannot stat 'x': No such file or directory\n=1"],
  ["cp d e", "cp: -r not specified; omitting directory 'd'\n=1"],
  ["cp f f", "cp: 'f' and 'f' are the same file\n=1"],
  ["cp f d/x/y", "cp: cannot create regular file 'd/x/y': No such file or directory\n=1"],
  ["mv d d/x", "mv: cannot move 'd' to a subdirectory of itself, 'd/x'\n=1"],
  ["ln -s f f", "ln: failed to create symbolic link 'f': File exists\n=1"],
  ["ls x", "ls: cannot access 'x': No such file or directory\n=2"],
  ["ls f/", "ls: cannot access 'f/': Not a directory\n=2"],
  ["ls --foo", "ls: unrecognized option '--foo'\nTry 'ls --help' for more information.\n=2"],
  ["touch a/b", "touch: cannot touch 'a/b': No such file or directory\n=1"],
  ["head x", "head: cannot open 'x' for reading: No such file or directory\n=1"],
  ["head -n x f", "head: invalid number of lines: 'x'\n=1"],
  ["head d", "head: error reading 'd': Is a directory\n=1"],
  [
    "tail -f x",
    "tail: cannot open 'x' for reading: No such file or directory\ntail: no files remaining\n=1",
  ],
  ["wc f x", "0 0 0 f\n0 0 0 total\nwc: x: No such file or directory\n=1"],
  ["grep a x", "grep: x: No such file or directory\n=2"],
  ["grep a d", "grep: d: Is a directory\n=2"],
  ["grep -E 'a(' f", "grep: Unmatched ( or \\(\n=2"],
  [
    "seq 1 0 2",
    "seq: invalid Zero increment value: '0'\nTry 'seq --help' for more information.\n=1",
  ],
  [
    "tr a",
    "tr: missing operand after 'a'\nTwo strings must be given when translating.\nTry 'tr --help' for more information.\n=1",
  ],
  ["tr z-a x", "tr: range-endpoints of 'z-a' are in reverse collating sequence order\n=1"],
  [
    "cut f",
    "cut: you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.\n=1",
  ],
  [
    "cut -c0 f",
    "cut: byte/character positions are numbered from 1\nTry 'cut --help' for more information.\n=1",
  ],
  ["sort x", "sort: cannot read: x: No such file or directory\n=2"],
  ["sort -k0 f", "sort: field number is zero: invalid field specification '0'\n=2"],
  ["date -d foo", "date: invalid date 'foo'\n=1"],
  ["env foo", "env: 'foo': No such file or directory\n=127"],
  ["mktemp a", "mktemp: too few X's in template 'a'\n=1"],
  ["sleep x", "sleep: invalid time interval 'x'\nTry 'sleep --help' for more information.\n=1"],
  ["timeout", "Try 'timeout --help' for more information.\n=125"],
  ["timeout 1 foo", "timeout: failed to run command 'foo': No such file or directory\n=127"],
  ["timeout 1 ./f", "timeout: failed to run command './f': Permission denied\n=126"],
  [
    "timeout -s FOO 1 ls",
    "timeout: 'FOO': invalid signal\nTry 'timeout --help' for more information.\n=125",
  ],
  ["cat x", "cat: x: No such file or directory\n=1"],
  ["cat d", "cat: d: Is a directory\n=1"],
  ["chmod 755 x", "chmod: cannot access 'x': No such file or directory\n=1"],
  ["chmod 888 f", "chmod: invalid mode: '888'\nTry 'chmod --help' for more information.\n=1"],
  ["sed p x", "sed: can't read x: No such file or directory\n=2"],
  ["sed k f", "sed: -e expression #1, char 1: unknown command: `k'\n=1"],
  ["sed s/a/b f", "sed: -e expression #1, char 5: unterminated `s' command\n=1"],
  ["sed s/a/b/q f", "sed: -e expression #1, char 7: unknown option to `s'\n=1"],
  ["sed 'p p' s", "sed: -e expression #1, char 3: extra characters after command\n=1"],
  ["sed } s", "sed: -e expression #1, char 1: unexpected `}'\n=1"],
  ["sed {p s", "sed: -e expression #1, char 0: unmatched `{'\n=1"],
  ["sed 5 s", "sed: -e expression #1, char 1: missing command\n=1"],
  ["sed 0p s", "sed: -e expression #1, char 2: invalid usage of line address 0\n=1"],
  [
    "sed y/a/bc/ s",
    "sed: -e expression #1, char 7: strings for `y' command are different lengths\n=1",
  ],
  ["find x", "find: 'x': No such file or directory\n=1"],
  ["find -foo", "find: unknown predicate `-foo'\n=1"],
  ["find . -name", "find: missing argument to `-name'\n=1"],
  ["id nosuch", "id: 'nosuch': no such user\n=1"],
  ["kill 99999", "kill: (99999): No such process\n=1"],
  [
    "rm -r /",
    "rm: it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe\n=1",
  ],
  ["modprobe foo", "modprobe: FATAL: Module foo not found in directory /lib/modules/6.1.192\n=1"],
  ["modprobe ip_vs_rr", "=0"],
  ["modprobe toa", "modprobe: FATAL: Module toa not found in directory /lib/modules/6.1.192\n=1"],
  ["which nosuch", "=1"],
])("a complaint: %s", (line, expected) => {
  expect(run(line)).toBe(expected);
});

test("names of temporary files repeat with the machine's seed", () => {
  const [first, second] = [run("mktemp"), run("mktemp")];
  expect(first).toMatch(/^\/tmp\/tmp\.[0-9A-Za-z]{10}\n=0$/);
  expect(second).toBe(first);
});

test("sleep takes simulated time", () => {
  const kernel = machine();
  run("sleep 1m 0.5", kernel);
  expect(kernel.now).toBe(60_500_000_000);
});

test("sed -i edits the file", () => {
  const kernel = machine();
  expect(run("sed -i s/nodelim/found/ k", kernel)).toBe("=0");
  expect(kernel.files.readText("/root/k")).toBe("x:1:z\nfound\ny:2:w\n");
});
