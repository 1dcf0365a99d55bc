import { expect, test } from "vitest";
import { isSetting, startCommands } from "./start-commands.ts";

const texts = (start: string): string[] => startCommands(start).map(({ text }) => text);

test("each line is a command; blank lines and comments are none", () => {
  expect(texts("setenforce 0\n\n# why\nip addr\n")).toEqual(["setenforce 0", "ip addr"]);
});

test.each([
  ["a backslash", "ipvsadm -A \\\n  -t 10.0.0.1:80\nip addr"],
  ["quotes", 'echo "one\ntwo"\nip addr'],
  ["a here-document", "cat > f << EOF\nip addr \\\nEOF\nip addr"],
  ["a loop", "for i in 1 2; do\n  echo $i\ndone\nip addr"],
  ["a branch", "if true; then\n  echo yes\nfi\nip addr"],
  ["a function", "web() {\n  echo yes\n}\nip addr"],
])("%s goes on to the next line", (_what, start) => {
  const commands = texts(start);
  expect(commands).toHaveLength(2);
  expect(commands.join("\n")).toBe(start);
});

test("a loop on one line is whole", () => {
  expect(texts("for i in 1 2; do echo $i; done\nip addr")).toHaveLength(2);
});

test("a line that ends in `# fails` may fail", () => {
  expect(startCommands("ip link del x   # fails\ntrue")).toEqual([
    { text: "ip link del x", fails: true },
    { text: "true", fails: false },
  ]);
});

test.each(["vip=10.0.0.1", 'export vip="10.0.0.1 10.0.0.2"', "cd /etc", "web() {\n  echo yes\n}"])(
  "%j only sets something",
  (text) => {
    expect(isSetting(text)).toBe(true);
  },
);

test.each(["vip=1 ip addr", "pid=$(run)", "cd /etc && ls", "ip addr", "echo a=b"])(
  "%j does something",
  (text) => {
    expect(isSetting(text)).toBe(false);
  },
);
