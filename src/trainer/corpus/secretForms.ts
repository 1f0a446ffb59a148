/**
 * Whether a text holds a key, token or password, by the forms that their issuers publish; as scanners have them, such as gitleaks
 * (config/gitleaks.toml) and secretlint (its recommended rules). As one match leaves out a whole file, the forms are certain ones:
 * what only names a key, or stands in everybody's documentation, is none.
 *
 * A pattern that may match inside a long run of characters is tried from the start of the run only, so that the time stays linear.
 */

/** A token whose first characters say who has issued it. */
const ISSUED = [
  // AWS, Alibaba Cloud, Tencent Cloud: the key's name, beside which the key stands.
  '(?:AKIA|ASIA)(?![0-9A-Z]{9}EXAMPLE)[0-9A-Z]{16}\\b|LTAI[A-Za-z0-9]{20}\\b|AKID[A-Za-z0-9]{32}\\b',
  // GitHub, GitLab, Slack.
  'gh[pousr]_[A-Za-z0-9]{36}|ghs_\\d+_eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{20}|github_pat_[A-Za-z0-9_]{60}',
  'gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat)-[A-Za-z0-9_-]{20}',
  'xox[abeoprs]-[A-Za-z0-9-]{20}|xapp-\\d-[A-Z0-9]{8,}-\\d{8,}-[a-z0-9]{32}',
  // Addresses that let anybody post: of Slack, Discord, DingTalk, Feishu, WeCom.
  'hooks\\.slack\\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20}',
  'discord(?:app)?\\.com/api/webhooks/\\d{17,20}/[A-Za-z0-9_-]{60}',
  'oapi\\.dingtalk\\.com/robot/send\\?access_token=[a-f0-9]{64}',
  'open\\.feishu\\.cn/open-apis/bot/v2/hook/[a-f0-9-]{36}|qyapi\\.weixin\\.qq\\.com/cgi-bin/webhook/send\\?key=[a-f0-9-]{36}',
  // Google, and language models: OpenAI, Anthropic and those whose keys look like theirs, Groq, xAI, Perplexity, Hugging Face, Replicate.
  'AIza[A-Za-z0-9_-]{35}\\b|GOCSPX-[A-Za-z0-9_-]{28}',
  'sk-(?=[A-Za-z_-]{0,31}[0-9])[A-Za-z0-9_-]{32}|gsk_[A-Za-z0-9]{52}|xai-[A-Za-z0-9]{80}|pplx-[A-Za-z0-9]{48}',
  'hf_[A-Za-z0-9]{34}\\b|r8_[A-Za-z0-9]{37}\\b',
  // Registries: npm, PyPI, RubyGems, Docker.
  'npm_[A-Za-z0-9]{36}\\b|pypi-AgE[A-Za-z0-9_-]{50}|rubygems_[a-f0-9]{48}|dckr_[po]at_[A-Za-z0-9_-]{27}',
  // Stripe, Shopify, SendGrid.
  '[rs]k_live_[A-Za-z0-9]{20}|whsec_[A-Za-z0-9]{32}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}',
  'SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}',
  // DigitalOcean, Databricks, Vault, Grafana, New Relic, Sentry.
  'do[opr]_v1_[a-f0-9]{64}|dapi[a-f0-9]{32}\\b|hv[bs]\\.[A-Za-z0-9_-]{90}',
  'glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|NRAK-[A-Z0-9]{27}|sntryu_[a-f0-9]{64}',
  // Atlassian, Linear, Notion, Postman, Telegram.
  'ATATT3[A-Za-z0-9_=-]{180}|lin_api_[A-Za-z0-9]{40}|ntn_\\d{11}[A-Za-z0-9]{35}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}',
  '\\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])',
  // age.
  'AGE-SECRET-KEY-1[0-9A-Z]{58}',
];

/** A user and a password in an address, unless the password is the user's name or a word that stands for one. */
const PASSWORD_IN_ADDRESS =
  /\b[a-z][a-z0-9+]{2,20}:\/\/([^\s:/@]{1,64}):(?!\1@|(?:\w{1,20}[-_.])?(?:password|passwd|secret|change(?:me|it)|x+)@)[^\s:/@${}<>*]{6,64}@[a-z0-9.-]+/i;

const FORMS = [
  new RegExp(`\\b(?:${ISSUED.join('|')})`),
  // RFC 7468, OpenSSH, PGP, SSH2, of which the first line alone holds no key: after it, or after headers, stands a line of base64.
  /-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?=[^]{0,400}?[A-Za-z0-9+/]{40})/,
  // PuTTY.
  /^Private-Lines: \d/m,
  /secret_?access_?key["']?\s*[:=]\s*["']?(?![A-Za-z0-9/+]{30}EXAMPLEKEY)[A-Za-z0-9/+]{40}/i,
  // Azure, but for the storage emulator's key.
  /\b(?:AccountKey=(?!Eby8vdM02x)[A-Za-z0-9+/]{86}==|SharedAccessKey=[A-Za-z0-9+/]{43}=)/,
  // A JSON Web Token, but for the one that jwt.io shows.
  /(?<![\w-])(?=[\w-]*?\beyJ[\w-]{15})[\w-]+\.eyJ(?!zdWIiOiIxMjM0NTY3ODkwIiwi)[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20}/,
  // Whatever is called a secret, in English or Chinese, where it is long and mixed.
  /(?:(?<!\w)(?=\w*?(secret|token|api_?key|password|passwd))\w+|密[钥鑰码碼]|令牌|口令)["'”]?\s*[:=：]\s*["'“](?=[^"'“”]*[0-9])(?=[^"'“”]*[A-Za-z])[A-Za-z0-9+/_=-]{32,}["'”]/i,
  PASSWORD_IN_ADDRESS,
];

/** Whether a text holds what looks like a private key, a token or a password. Takes time in proportion to its length. */
export function holdsSecret(text: string): boolean {
  return FORMS.some((form) => form.test(text));
}
