/** What credentials look like. A spec is committed and shown, so none may stand in it, and no message may repeat one. */
interface SecretKind {
  readonly name: string;
  readonly pattern: RegExp;
}

const secretKinds: readonly SecretKind[] = [
  { name: "a Hugging Face token", pattern: /\bhf_[A-Za-z0-9]{16,}/g },
  { name: "an AWS access key", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g },
  { name: "an API key", pattern: /\b(?:sk-[A-Za-z0-9_-]{16,}|nvapi-[A-Za-z0-9_-]{16,}|AIza[\w-]{30,})/g },
  { name: "a GitHub or GitLab token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})/g },
  { name: "a password in an address", pattern: /(?<=\/\/|^|[\s"'])[\w.%+-]+:[^\s"'@/]+@(?=[\w.-]+)/g },
  { name: "a private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/g },
];

/** Prefixes that no Kubernetes secret should be named with, because a pasted token starts like that. */
const tokenPrefix = /^(?:hf_|sk-|nvapi-|gh[pousr]_|github_pat_|glpat-|eyJ|AKIA|ASIA|AIza)/;

export const looksLikeToken = (text: string): boolean => tokenPrefix.test(text);

export interface FoundSecret {
  readonly name: string;
  readonly offset: number;
}

export function findSecrets(text: string): FoundSecret[] {
  return secretKinds
    .flatMap(({ name, pattern }) => [...text.matchAll(pattern)].map((match) => ({ name, offset: match.index })))
    .toSorted((a, b) => a.offset - b.offset);
}

export const redactSecrets = (text: string): string =>
  secretKinds.reduce((redacted, { pattern }) => redacted.replaceAll(pattern, "(hidden)"), text);
