/** `lvsim sh`: a script's output and exit status are its own. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "./folder.ts";
import { lvsim } from "./lvsim.ts";

const folder = folderWith({
  "main.sh": `. ./lib.sh
greet "$1"
echo no >&2
echo changed > lib.sh && echo written
exit 7
`,
  "lib.sh": 'greet() { echo "hello $1"; }\n',
  "endless.sh": "echo begun\nwhile true; do :; done\n",
});

describe.concurrent("lvsim sh", { timeout: 60_000 }, () => {
  test("passes on output and status, and mounts what is sourced read-only", async () => {
    const ended = await lvsim(["sh", "--with", folder, join(folder, "main.sh"), "world"]);
    expect(ended).toEqual({
      status: 7,
      out: "hello world\n",
      err: "no\nmain.sh: line 4: lib.sh: Read-only file system\n",
    });
  });

  test("takes a script from standard input, on the image that is asked for", async () => {
    const input = "cat /etc/redhat-release\nreadlink -f /bin/sh\n";
    const { status, out, err } = await lvsim(["sh", "--image", "centos-7", "-"], { input });
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toMatch(/^CentOS Linux release 7\.[^\n]*\n\/[a-z/]*bin\/bash\n$/);
  });

  test("stops a script that never ends, and says so", async () => {
    const { status, out, err } = await lvsim(["sh", join(folder, "endless.sh")]);
    expect({ status, out }).toEqual({ status: 152, out: "begun\n" });
    expect(err).toMatch(/^lvsim: the script used up its steps after [\d.]+ s of simulated time\n$/);
  });
});
