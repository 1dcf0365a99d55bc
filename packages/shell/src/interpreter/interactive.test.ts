import { describe, expect, test } from "vitest";
import { ShellMachine } from "../testing/shell-machine.ts";

/** Logs in, types each of `lines` as soon as there is a prompt (or a second has passed), and gives the whole screen. */
function screen(...lines: readonly string[]): string {
  const { engine, machine } = new ShellMachine();
  const session = machine.login();
  let text = "";
  const settle = (): void => {
    const end = engine.now + 1e9;
    engine.run(engine.now);
    do {
      text += session.take();
    } while (session.prompt === null && !session.done && engine.now < end && engine.step());
    text += session.take();
  };
  settle();
  for (const line of lines) {
    if (session.prompt !== null) text += session.prompt + line;
    session.type(line);
    settle();
  }
  return text;
}

describe("an interactive shell", () => {
  test("remembers variables, directory and functions from line to line", () => {
    expect(screen("x=1\n", "cd /etc\n", "f() { echo f$x; }\n", "f; pwd\n")).toBe(
      "root@host:~# x=1\nroot@host:~# cd /etc\nroot@host:/etc# f() { echo f$x; }\nroot@host:/etc# f; pwd\nf1\n/etc\n",
    );
  });

  test("asks for the rest of a command", () => {
    expect(screen("for i in 1 2\n", "do echo $i\n", "done\n")).toBe(
      "root@host:~# for i in 1 2\n> do echo $i\n> done\n1\n2\n",
    );
  });

  test("goes on after what would end a script", () => {
    const text = screen("nosuch\n", ")\n", "${x:?gone}\n", "echo $?\n", "exit 3\n");
    expect(text.replaceAll("root@host:~# ", "# ")).toBe(
      "# nosuch\n-bash: nosuch: command not found\n# )\n-bash: syntax error near unexpected token `)'\n" +
        "# ${x:?gone}\n-bash: x: gone\n# echo $?\n1\n# exit 3\nlogout\n",
    );
  });

  test("comes back to its prompt by Ctrl-C, from a loop too", () => {
    const text = screen(
      "while true; do sleep 5; done\n",
      "\u0003",
      "echo $?\n",
      "junk\u0003",
      "\u0004",
    );
    expect(text.replaceAll("root@host:~# ", "# ")).toBe(
      "# while true; do sleep 5; done\n^C\n# echo $?\n130\n# junk\u0003# \u0004logout\n",
    );
  });

  test("stops what runs in the foreground by Ctrl-Z, and lets it go on", () => {
    const text = screen("sleep 2; echo no\n", "\u001a", "jobs\n", "bg\n", "fg\n", "echo $?\n");
    expect(text.replaceAll("root@host:~# ", "# ")).toBe(
      `# sleep 2; echo no\n^Z\n[1]+  ${"Stopped".padEnd(24)}sleep 2\nno\n# jobs\n[1]+  ${"Stopped".padEnd(24)}sleep 2\n` +
        "# bg\n[1]+ sleep 2 &\n# fg\nsleep 2\n# echo $?\n0\n",
    );
  });

  test("reads /etc/profile when it is a login shell, and its own file", () => {
    const { engine, machine } = new ShellMachine();
    machine.writeFile("/etc/profile", "export SITE=lab; umask 027\n");
    machine.writeFile("/root/.bashrc", "echo hello $SITE\n");
    const session = machine.login();
    engine.run(engine.now);
    session.type("umask\n");
    engine.run(engine.now);
    expect(session.take()).toContain("hello lab\n");
    expect(session.take()).toBe("");
  });

  test("tells of jobs that ended", () => {
    const text = screen("sleep 0.1 &\n", "sleep 1\n", "true\n");
    expect(text).toMatch(/^root@host:~# sleep 0.1 &\n\[1\] \d+\n/);
    expect(text).toContain(`[1]+  ${"Done".padEnd(24)}sleep 0.1\n`);
  });
});

describe("a terminal", () => {
  test("gives a program lines that were edited, and shows the keys", () => {
    expect(screen("cat\n", "ab\u007fc\n", "你好\u007f\n", "x y\u0017z\n", "gone\u0015\u0004")).toBe(
      "root@host:~# cat\nab\b \bc\nac\n你好\b \b\b \b\n你\nx y\b \bz\nx z\ngone\b \b\b \b\b \b\b \b",
    );
  });

  test("knows what was typed ahead", () => {
    expect(screen("sleep 2\n", "echo early\n", "\n")).toBe(
      "root@host:~# sleep 2\necho early\nearly\nroot@host:~# \n",
    );
  });
});
