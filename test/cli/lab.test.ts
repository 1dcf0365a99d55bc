import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "./folder.ts";
import { lvsim } from "./lvsim.ts";

const folder = folderWith({});

test("without a terminal a session is read line by line, and what it recorded gives the same output", async () => {
  const session = join(folder, "session.txt");
  const capture = join(folder, "all.pcapng");
  const input = `curl -s 192.168.31.200\n:pcap ${capture}\n:record ${session}\n:a\nipvsadm -Ln --stats | tail -1\nexit\n`;
  const first = await lvsim(["lab", "dr"], { input });
  expect(first).toMatchObject({ status: 0, err: "" });
  expect(first.out).toContain("root@client:~# curl -s 192.168.31.200\nreal server 2\n");
  expect(first.out).toContain("[root@a ~]# exit\nlogout\n");
  expect(readFileSync(capture).readUInt32LE(0)).toBe(0x0a0d0d0a);
  expect(existsSync(session)).toBe(true);
  expect(await lvsim(["lab", "dr", "--replay", session])).toEqual(first);
});

test("a session that cannot be read is named with its line", async () => {
  expect(await lvsim(["lab", "dr", "--replay", "README.md"])).toEqual({
    status: 2,
    out: "",
    err: 'lvsim: README.md:1: a session begins with "# lvsim session 1"\n',
  });
});
