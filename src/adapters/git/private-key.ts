const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END/;
const MAGIC = "openssh-key-v1\0";

/** Whether a private key needs a passphrase: PEM says so in its header, OpenSSH's own form by a cipher (PROTOCOL.key of OpenSSH). */
export function isEncryptedKey(text: string): boolean {
  const body = OPENSSH.exec(text)?.[1];
  if (body === undefined) return /^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(text);
  const bytes = Buffer.from(body, "base64");
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC || bytes.length < MAGIC.length + 4) return false;
  const length = bytes.readUInt32BE(MAGIC.length);
  return bytes.toString("latin1", MAGIC.length + 4, MAGIC.length + 4 + length) !== "none";
}
