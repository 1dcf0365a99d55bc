/** A line of a sheet that begins with a prompt: whose it is, and what was typed. */

export interface PromptLine {
  /** As the prompt shows it, in lower case; "" when the prompt names nobody. */
  readonly host: string;
  readonly command: string;
  /** Whether the prompt looks like Red Hat's, Debian's or neither's. */
  readonly style: "brackets" | "colon" | "bare";
}

const BRACKETS = /^\s*\[\s*[\w.-]+@([\w.-]+)\s+[^\]]*\]\s*[#$]\s?(.*)$/;
const COLON = /^\s*(?:\([\w-]+\)\s*)?[a-z_][\w-]*@([\w.-]+):\s*[~/][^\s#$]*\s*[#$]\s?(.*)$/;
const DOLLAR = /^\s*[$]\s+(\S.*)$/;
const HASH = /^\s*#\s+(\S.*)$/;
const NAMED = /^\s*([A-Za-z][\w.-]*)[#$>]\s+(\S.*)$/;

/** A prompt that shows who and where; undefined for any other line. */
export function fullPrompt(text: string): PromptLine | undefined {
  const brackets = BRACKETS.exec(text);
  if (brackets !== null)
    return { host: lower(brackets[1]), command: brackets[2] ?? "", style: "brackets" };
  const colon = COLON.exec(text);
  if (colon === null) return undefined;
  return { host: lower(colon[1]), command: colon[2] ?? "", style: "colon" };
}

/** `# ipvsadm -C`, `$ curl …` or `rs1# ip addr`, where a command that there is follows. */
export function barePrompt(text: string): PromptLine | undefined {
  const named = NAMED.exec(text);
  if (named !== null && isCommandLine(named[2] ?? ""))
    return { host: lower(named[1]), command: named[2] ?? "", style: "bare" };
  const command = (DOLLAR.exec(text) ?? HASH.exec(text))?.[1];
  if (command === undefined || !isCommandLine(command)) return undefined;
  return { host: "", command, style: "bare" };
}

const lower = (text: string | undefined): string => (text ?? "").toLowerCase();

const COMMANDS = new Set(
  (
    "ipvsadm ipvsadm-save ipvsadm-restore iptables iptables-save iptables-restore ip ifconfig route arp arping ping tcpdump ss " +
    "netstat systemctl service chkconfig setenforce getenforce yum dnf apt apt-get rpm dpkg curl wget ab nc ncat socat vi vim " +
    "nano cat echo printf tee sed grep awk sysctl sh bash chmod cp mv rm ls mkdir cd pwd modprobe lsmod keepalived nginx " +
    "httpd ifup ifdown hostnamectl hostname uname date sleep for while if export source watch ethtool ipset conntrack " +
    "nmcli useradd touch ln head tail find kill pkill killall ps top free df"
  ).split(" "),
);

/** Whether a line begins with a command that lab sheets use, or with a path to one, and is no sentence. */
export function isCommandLine(text: string): boolean {
  const [word = "", next = ""] = text.trim().split(/\s+/);
  const name = word.replace(/^(?:\/usr)?(?:\/local)?\/s?bin\//, "");
  if (/^\.?\.?\/[\w./-]+\.sh$/.test(word)) return true;
  // an English sentence may begin so: "for the director …", "service is …"
  const isSentence = /^(?:for|if|while|service|date|top|find|watch|source|kill|head|free)$/.test(
    name,
  );
  if (isSentence && !/^[-$"'\w./]+$/.test(next)) return false;
  return COMMANDS.has(name) && !(isSentence && /^(?:the|a|an|is|of|you|it|this)$/.test(next));
}

/** Whether somebody explains something: characters of East Asia outside quotes, in the part before a comment. */
export const hasProse = (text: string): boolean =>
  /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/.test(
    text.replace(/"[^"]*"|'[^']*'/g, "").replace(/(?:^|\s)#.*$/, ""),
  );
