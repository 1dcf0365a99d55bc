import { milliseconds } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import type { LabDefinition } from "../lab-file/schema.ts";
import { libraryLab } from "../run/library.ts";
import { columnsOf } from "../views/columns-fixture.ts";
import { textOf } from "../views/styled.ts";
import { LabConsole } from "./lab-console.ts";
import { Screen } from "./screen-fixture.ts";
import { readSession, sizeOfSession } from "./session-file.ts";

const DR = libraryLab("dr") as LabDefinition;

interface Setting {
  readonly isScreen?: boolean;
  readonly columns?: number;
  readonly size?: { readonly columns: number; readonly rows: number } | null;
  readonly files?: Map<string, string | Uint8Array>;
}

const consoleOn = ({
  size = null,
  isScreen = false,
  columns = 100,
  files = new Map(),
}: Setting = {}): LabConsole =>
  new LabConsole({
    name: "dr",
    definition: DR,
    seed: "1",
    size,
    page: { language: "en", columns, widthOf: columnsOf, showMacs: false },
    paint: textOf,
    isScreen,
    write: (path, content) => {
      files.set(path, content);
      return null;
    },
  });

/** What came to the screen of whole lines. */
function typed(lines: readonly string[], files?: Map<string, string | Uint8Array>): string {
  const lab = consoleOn(files === undefined ? {} : { files });
  lab.take();
  for (const line of lines) lab.typeLine(line);
  const text = lab.take();
  lab.quit();
  return text;
}

const SESSION = [
  "cd /tmp; x=5",
  "echo $x > f; ls",
  ":a",
  "ipvsadm -Sn",
  ":client",
  "curl -s 192.168.31.200",
  ":walk",
  "for i in 1 2",
  "do curl -s http://192.168.31.200/",
  "done",
  ":a",
  "ip addr del 192.168.31.200/32 dev eth0",
  ":client",
  "curl -sS -m 3 http://192.168.31.200/",
  ":why",
  ":a",
  ":undo",
  ":client",
  "curl -sS -m 3 http://192.168.31.200/",
  ":record s.txt",
  "ping 192.168.31.129 > /tmp/p",
  "^C",
  "echo $?",
  ":run 5s",
  "exit",
];

describe("line by line", () => {
  test("a session reads as at the machines", () => {
    expect(typed(SESSION)).toMatchSnapshot();
  });

  test("what was recorded gives the same output once more", () => {
    const files = new Map<string, string | Uint8Array>();
    const first = typed(SESSION, files);
    const record = String(files.get("s.txt"));
    expect(record).toMatchSnapshot();
    const written = new Map<string, string | Uint8Array>();
    const again = consoleOn({ files: written });
    again.take();
    again.replay(readSession(record, "s.txt"));
    expect(again.take()).toBe(first);
    expect([...written.keys()]).toEqual([]);
  });

  test.each([
    [":nosuch", "no command :nosuch; :help lists them"],
    [":mach", "no command :mach (:machine?); :help lists them"],
    [":machine z", 'no machine "z"; known: client, gw, a, b, c'],
    [":speed 0", ":speed N: N simulated seconds in a second"],
    [":until x", ":until 30s: let time pass until then"],
    [":until 1s", "it is 3.000 s already"],
    [":restore x", 'no snapshot "x"; known: -'],
    [":walk", "nothing that was typed here sent a packet yet"],
    [":pcap", ":pcap FILE: write all packets so far, for Wireshark"],
  ])("%s is answered with %s", (line, words) => {
    expect(typed([line])).toBe(`root@client:~# ${line}\n${words}\n`);
  });

  test("a snapshot brings back files, time and what shells remember", () => {
    const text = typed([
      "x=before",
      ":snapshot s",
      "x=after; echo 1 > /tmp/f; sleep 100",
      ":restore s",
      "echo $x; ls /tmp",
      ":time",
    ]);
    expect(text.slice(text.indexOf("back at"))).toBe(
      "back at snapshot s, 3.000 s\nroot@client:~# echo $x; ls /tmp\nbefore\nroot@client:~# :time\n3.000 s of simulated time, speed 1\n",
    );
  });

  test("a colon behind which no word stands is the shell's own", () => {
    expect(typed([": nothing; echo $?", "cat <<E", ":walk", "E"])).toBe(
      "root@client:~# : nothing; echo $?\n0\nroot@client:~# cat <<E\n> :walk\n> E\n:walk\n",
    );
  });
});

describe("key by key", () => {
  const screenAfter = (keys: readonly (string | number)[], columns = 60): Screen => {
    const lab = consoleOn({ isScreen: true, columns });
    const screen = new Screen(columns);
    lab.take();
    lab.press("\f");
    for (const one of keys) {
      if (typeof one === "number") lab.tick(milliseconds(one));
      else lab.press(one);
      screen.write(lab.take());
    }
    return screen;
  };

  test.each([
    ["characters, and the cursor between them", ["ab", "\u001b[D", "X"], "root@client:~# aX_b"],
    [
      "home, end, and killing",
      ["one two", "\u0001", "\u000b", "x ", "\u0019"],
      "root@client:~# x one two_",
    ],
    ["words", ["one two", "\u001bb", "\u0017", "\u0005"], "root@client:~# two_"],
    ["Chinese", ["echo 你好", "\u007f", "!"], "root@client:~# echo 你!_"],
    ["a command's name", ["ipvsadm-sa", "\t"], "root@client:~# ipvsadm-save _"],
    ["an object of ip", ["ip ne", "\t", "\t"], "root@client:~# ip ne_"],
    ["a file", ["cat /etc/hostn", "\t"], "root@client:~# cat /etc/hostname _"],
    ["a machine", [":mach", "\t", "g", "\t"], "root@client:~# :machine gw _"],
  ])("edits %s", (_what, keys, line) => {
    const last = screenAfter(keys).text().split("\n").at(-1);
    expect(last).toBe(`    3.000 ${line}`);
  });

  test("a long line takes several rows, and is taken back", () => {
    const screen = screenAfter(["echo ", "1234567890".repeat(4), "\u0015", "ls"], 40);
    expect(screen.text()).toBe("    3.000 root@client:~# ls_");
  });

  test("Tab shows what there is to choose from", () => {
    expect(screenAfter(["systemctl re", "\t", "\t"]).text()).toBe(
      "    3.000 root@client:~# systemctl re\nreload   restart\n    3.000 root@client:~# systemctl re_",
    );
  });

  test("history comes back by arrows and by Ctrl-R", () => {
    const before = ["echo one\r", "echo two\r"];
    expect(screenAfter([...before, "\u001b[A", "\u001b[A"]).text()).toMatch(/# echo one_$/);
    expect(screenAfter([...before, "\u0012", "on"]).text()).toMatch(
      /\n\(reverse-i-search\)`on': echo _one$/,
    );
    expect(screenAfter([...before, "\u0012", "on", "\r"]).text()).toMatch(
      /# echo one\none\n +3.000 root@client:~# _$/,
    );
  });

  test("a program runs as time passes, and Ctrl-C ends it", () => {
    const screen = screenAfter(["ping 192.168.31.2\r", 1000, 1000, "\u0003", "echo $?\r"]);
    expect(screen.text()).toMatchSnapshot();
    expect(screen.title).toBe("lvsim dr · 5 s");
  });

  test("keys that a program reads are shown, and edited by the terminal", () => {
    expect(screenAfter(["cat\r", "ab\u007fc\r", "\u0004"]).text()).toBe(
      "    3.000 root@client:~# cat\nac\nac\n    3.000 root@client:~# _",
    );
  });

  test("another machine comes by a key, and by a command; Ctrl-D goes back", () => {
    expect(screenAfter(["\u001b3", "hostname\r", ":b\r", "\u0004", "\u0004"]).text()).toBe(
      "    3.000 [root@a ~]# hostname\na.qfedu.com\n    3.000 [root@a ~]# :b\n    3.000 [root@b ~]#\nlogout\n    3.000 [root@a ~]#\nlogout\n    3.000 root@client:~# _",
    );
  });

  test("time stands still while it is paused", () => {
    const text = screenAfter([
      ":pause\r",
      5000,
      ":time\r",
      ":play\r",
      ":speed 10\r",
      1000,
      ":time\r",
    ]).text();
    expect(text).toContain("3.000 s of simulated time, paused");
    expect(text).toContain("13.000 s of simulated time, speed 10");
  });
});

test.each([
  ["", '1: a session begins with "# lvsim session 1"'],
  ["# lvsim session 1\nx", "2: not a line of a session"],
  ["# lvsim session 1\n2.000000000 a $ x\n1.000000000 a $ x", "3: earlier than the line before"],
  ['# lvsim session 1\n2.000000000 a < "', "2: not a line of a session"],
])("%j is no session", (text, words) => {
  expect(() => readSession(text, "s.txt")).toThrow(`s.txt:${words}`);
});

test("the size of a screen is the machines' own, and stands in the record", () => {
  const files = new Map<string, string | Uint8Array>();
  const lab = consoleOn({ files, size: { columns: 80, rows: 24 } });
  lab.typeLine("cat");
  const [terminal] = [...lab.session.lab.machine("client").shell.kernel.processes.values()]
    .map((process) => process.descriptors.get(0))
    .filter((file) => file?.isTerminal === true);
  expect(terminal).toMatchObject({ columns: 80, rows: 24 });
  lab.typeLine("^C");
  lab.typeLine(":record r");
  expect(String(files.get("r")).split("\n")[2]).toBe("# size 80x24");
  expect(sizeOfSession(String(files.get("r")))).toEqual({ columns: 80, rows: 24 });
});
