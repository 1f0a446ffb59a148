/** Files that are never opened, by their names: secrets, lock files, data, binaries. */
import type { LeftOutReason } from './leftOutReason';

/**
 * Folders that are left out unless `.understudyignore` takes them back with `!name/`; `.gitignore` syntax.
 */
export const DEFAULT_IGNORES = [
  ...['.git', '.hg', '.svn', '.jj', '.cache', '.vscode-test', '.venv', 'venv', '__pycache__', '.tox', '.nox'],
  ...[
    '.mypy_cache',
    '.pytest_cache',
    '.ruff_cache',
    '.gradle',
    '.idea',
    '.terraform',
    '.yarn',
    '.pnpm-store',
  ],
  ...[
    '.next',
    '.nuxt',
    '.svelte-kit',
    '.turbo',
    '.parcel-cache',
    '.ipynb_checkpoints',
    '.dart_tool',
    '.Trash',
    '.Trashes',
    '$RECYCLE.BIN',
  ],
  ...['node_modules', 'bower_components', 'jspm_packages', 'vendor', 'third_party', 'site-packages', 'Pods'],
  ...['dist', 'build', 'out', 'target', 'coverage', 'obj', 'DerivedData', '_site', '_minted', 'elm-stuff'],
].map((name) => `${name}/`);

/** Those that do not end in `.lock`. */
const LOCK_FILE_NAMES = new Set([
  ...['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'packages.lock.json', 'go.sum'],
  ...['gradle.lockfile', 'package.resolved', '.terraform.lock.hcl'],
]);

const SECRET_NAME = new RegExp(
  [
    String.raw`^\.env(rc|[._~-].*)?$|^.*\.env$|^\.dev\.vars(\..*)?$`,
    String.raw`^id_(rsa|dsa|ecdsa|ed25519)(_sk)?(\..*)?$`,
    String.raw`\.(pem|key|p8|p12|pfx|ppk|jks|keystore|kdbx?|ovpn|tfstate|tfvars|gpg|pgp|asc|der|crt|cer|csr)$`,
    String.raw`\.tfstate\.backup$|\.tfvars\.json$|(^|\.)kubeconfig(\.ya?ml)?$`,
    String.raw`^\.?(credentials?|secrets?|passwords?|passwd|([账帐帳賬][号戶户號])?密[码碼钥鑰])((\.\w+)?\.(json|ya?ml|toml|ini|xml|txt|cfg|conf|properties|csv))?$`,
    // Of prose the lists alone: `password.md` and `secrets.md` are what documentation is called.
    String.raw`^\.?(passwords|[账帐帳賬][号戶户號]密[码碼钥鑰])\.(md|markdown|org)$`,
    String.raw`^(key|keystore)\.properties$|[._-]secrets?\.(json|ya?ml|toml|properties)$`,
    String.raw`^(client_secret|service[-_]?account|.*[-_]credentials?).*\.json$`,
    String.raw`^\.(npmrc|yarnrc\.yml|pypirc|netrc|pgpass|my\.cnf|htpasswd|git-credentials|dockercfg|vault-token|boto|s3cfg)$`,
    // Where extensions for VS Code and Sublime Text keep the password of a server.
    String.raw`^(sftp(-config)?|ftp-sync|\.remote-sync)\.json$|^\.ftp(config|pass)$`,
    String.raw`^_netrc$|^(known_hosts|authorized_keys)$|^\.[a-z]*_history$`,
  ].join('|'),
  'i',
);
const SECRET_FOLDER = /(^|\/)\.(ssh|aws|gnupg|azure|gcloud|kube|docker)\//i;

const BINARY_EXTENSIONS = new Set(
  (
    'png jpg jpeg jpe gif bmp ico icns webp avif heic tif tiff psd ai eps xcf raw cr2 nef mp3 wav flac ogg oga opus ' +
    'm4a aac mp4 m4v mkv mov avi webm wmv mpg mpeg pdf ps doc docx xls xlsx ppt pptx odt ods odp epub mobi azw3 ' +
    'zip gz tgz bz2 xz zst lz4 br 7z rar tar jar war ear apk ipa dmg iso deb rpm msi cab exe dll so dylib a lib o ' +
    'obj pdb class pyc pyo wasm node bin dat db sqlite sqlite3 mdb parquet arrow feather avro h5 hdf5 npy npz mat ' +
    'pkl pickle pt pth onnx tflite safetensors gguf ckpt ttf otf woff woff2 eot blend fbx glb stl vsix nupkg whl'
  ).split(' '),
);

/** Formats that programs write: tables, logs, vector drawings, source maps, what a search has found. */
const DATA_EXTENSIONS = new Set(
  'csv tsv jsonl ndjson geojson topojson log out svg map snap bib.bak plist xcuserstate drawio har lcov dump aux bbl toc synctex code-search'.split(
    ' ',
  ),
);

/** Tells who trains a model, beside it: what `--out` puts among the texts would make them other ones in each training. */
const LOCK_HOLDER = '.holder.json';

/** Whether a file most likely holds secrets, by its name or its folder's. */
export function isSecret(path: string): boolean {
  return SECRET_NAME.test(nameOf(path)) || SECRET_FOLDER.test(path);
}

/** Why the file is left out by its name, or null when its content decides. */
export function leftOutByName(path: string): LeftOutReason | null {
  if (isSecret(path)) {
    return 'secret';
  }
  const name = nameOf(path);
  if (LOCK_FILE_NAMES.has(name) || name.endsWith('.lock') || name.endsWith(LOCK_HOLDER)) {
    return 'lockFile';
  }
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot + 1) : '';
  if (BINARY_EXTENSIONS.has(extension)) {
    return 'binary';
  }
  if (DATA_EXTENSIONS.has(extension)) {
    return 'data';
  }
  return /[.-]min\.(m?js|css|html?)$/.test(name) ? 'minified' : null;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}
