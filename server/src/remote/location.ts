/**
 * The location of a store, parsed from the URL that a person typed or the fields of a document into one type. It holds no
 * credentials.
 */
import { join, posix } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PondError } from '../base/error.ts';
import { isKey } from './keys.ts';

/** A folder of this computer, such as a mounted disk. */
interface FolderLocation {
  readonly kind: 'folder';
  /** Absolute host path; a store never creates it, since the disk may not be mounted. */
  readonly folder: string;
  /** Path below the folder, without `/` at either end; may be ''. */
  readonly prefix: string;
}

/** A bucket of an S3-compatible store. */
export interface S3Location {
  readonly kind: 's3';
  /** URL of the service without `/` at the end: https, or http on this computer. */
  readonly endpoint: string;
  /** Region in the signature. */
  readonly region: string;
  readonly bucket: string;
  /** Start of every key, without `/` at either end; may be ''. */
  readonly prefix: string;
  /** True: the bucket is in the path of requests; false: in the host name. */
  readonly isPathStyle: boolean;
}

export type RemoteLocation = FolderLocation | S3Location;

/** Fields of a document that name a store; those of S3 are not allowed with a folder. */
export interface LocationFields {
  /** `https://…`, or `file:///…`. */
  readonly endpoint: string;
  readonly bucket?: string | undefined;
  /** `auto` if omitted. */
  readonly region?: string | undefined;
  /** `ponds` in a bucket if omitted, the folder itself in a folder. */
  readonly prefix?: string | undefined;
  /** True if omitted, except for Amazon's own endpoints. */
  readonly isPathStyle?: boolean | undefined;
}

/** Value of an environment variable; undefined when it is not set. */
export type Environment = (name: string) => string | undefined;

const defaultPrefix = 'ponds';
const defaultRegion = 'us-east-1';
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const bucketName = /^(?!.*\.\.)[A-Za-z0-9][\w.-]{2,254}$/;
const regionName = /^[A-Za-z0-9-]{1,64}$/;
const amazonHost = /(^|\.)amazonaws\.com(\.cn)?$/;
/** Region in Amazon's endpoints: `s3.eu-west-1.amazonaws.com`, `s3.dualstack.eu-west-1.amazonaws.com`. */
const amazonRegion = /^s3[.-](?:fips[.-])?(?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d+)\.amazonaws\.com(?:\.cn)?$/;

/**
 * Parses `file:///folder` or `s3://bucket/prefix`, whose options `?endpoint=https://…&region=…&path_style=true|false`
 * default to AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION and AWS_DEFAULT_REGION. Fails `usage` for any other text,
 * and `remote-denied` for an address to which secrets must not be sent.
 */
export function parseLocation(url: string, env: Environment): RemoteLocation {
  if (/^file:/i.test(url)) return { kind: 'folder', folder: folderOf(url), prefix: '' };
  if (!/^s3:/i.test(url) || !URL.canParse(url)) throw invalid('expected the URL of a store', urlHint);
  const { username, password, host, pathname, searchParams, hash } = new URL(url);
  if (username !== '' || password !== '') throw denied('the URL of a store has no user or password in it', keysHint);
  const unknown = [...searchParams.keys()].find((name) => !['endpoint', 'region', 'path_style'].includes(name));
  if (unknown !== undefined || hash !== '')
    throw invalid(`'${unknown ?? '#'}' is not an option of the URL of a store`, urlHint);
  const region = searchParams.get('region') ?? env('AWS_REGION') ?? env('AWS_DEFAULT_REGION');
  const endpoint = searchParams.get('endpoint') ?? env('AWS_ENDPOINT_URL_S3') ?? env('AWS_ENDPOINT_URL');
  return s3LocationOf({
    endpoint: endpoint ?? amazonEndpoint(region),
    region,
    bucket: host,
    prefix: decoded(pathname),
    isPathStyle: booleanOf(searchParams.get('path_style')),
  });
}

/** Returns the location that the fields of a document name. Errors are those of `parseLocation`. */
export function locationOf(fields: LocationFields): RemoteLocation {
  const { endpoint, bucket, region, prefix, isPathStyle } = fields;
  if (!/^file:/i.test(endpoint)) return s3LocationOf({ ...fields, prefix: prefix ?? defaultPrefix });
  if (bucket !== undefined || region !== undefined || isPathStyle !== undefined)
    throw invalid('a folder has no bucket, region or path_style', 'Remove them, or name an endpoint with https.');
  return { kind: 'folder', folder: folderOf(endpoint), prefix: prefixOf(prefix ?? '') };
}

/** Returns the location of `name` below another, such as that of the pond with that id; '' is the location itself. */
export function locationBelow(location: RemoteLocation, name: string): RemoteLocation {
  return name === '' ? location : { ...location, prefix: prefixOf(posix.join(location.prefix, name)) };
}

/** Returns the URL that `parseLocation` parses to the same location (a folder with its prefix), in any environment. */
export function urlOf(location: RemoteLocation): string {
  if (location.kind === 'folder') return fileUrl(location);
  const { endpoint, region, isPathStyle } = location;
  const options = new URLSearchParams({ endpoint, region, path_style: String(isPathStyle) });
  return `${s3Url(location)}?${options.toString()}`;
}

/** Returns the location for people: `s3://bucket/prefix at https://…`, or `file:///…`. */
export function addressOf(location: RemoteLocation): string {
  return location.kind === 'folder' ? fileUrl(location) : `${s3Url(location)} at ${location.endpoint}`;
}

function s3LocationOf(fields: LocationFields): S3Location {
  const { bucket = '', region = 'auto', prefix = '', isPathStyle } = fields;
  if (!bucketName.test(bucket)) throw invalid(`'${bucket}' is not the name of a bucket`, urlHint);
  const endpoint = endpointOf(fields.endpoint);
  const { hostname } = new URL(endpoint);
  return {
    kind: 's3',
    endpoint,
    region: regionOf(region, hostname),
    bucket,
    prefix: prefixOf(prefix),
    isPathStyle: isPathStyle ?? !amazonHost.test(hostname),
  };
}

/** The URL without `/` at its end, once it is known that secrets may be sent to it. */
function endpointOf(text: string): string {
  if (!URL.canParse(text)) throw invalid('the endpoint is not a URL', 'Write it as "https://HOST".');
  const { protocol, hostname, username, password, search, hash, href } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback.test(hostname)))
    throw denied('the endpoint of a store is reached by https, or by http on this computer', 'Use https.');
  if (username !== '' || password !== '') throw denied('the endpoint has no user or password in it', keysHint);
  if (search !== '' || hash !== '') throw invalid('the endpoint has no "?" or "#" in it', 'Write "https://HOST".');
  return href.replace(/\/+$/, '');
}

function regionOf(region: string, hostname: string): string {
  if (!regionName.test(region)) throw invalid(`'${region}' is not a region`, 'Use "auto", or a name as "eu-west-1".');
  if (region !== 'auto') return region;
  if (!amazonHost.test(hostname)) return defaultRegion;
  const named = amazonRegion.exec(hostname)?.[1];
  if (named === undefined) throw invalid('the region is missing', 'Name the region of the bucket, as "eu-west-1".');
  return named;
}

function amazonEndpoint(region: string | undefined): string {
  if (region === undefined || region === 'auto') throw invalid('the endpoint of the store is missing', urlHint);
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function prefixOf(text: string): string {
  const prefix = text.replace(/^\/+|\/+$/g, '');
  if (prefix !== '' && !isKey(prefix)) throw invalid('the prefix is not a path', 'Write names with "/" between them.');
  return prefix;
}

function folderOf(url: string): string {
  try {
    const { search, hash, host } = new URL(url);
    if (search === '' && hash === '' && (host === '' || host === 'localhost')) return fileURLToPath(url);
  } catch {
    // The error below says what was expected.
  }
  throw invalid('the URL of a folder is not well formed', 'Write it as "file:///absolute/path".');
}

function booleanOf(text: string | null): boolean | undefined {
  if (text === null) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid('path_style is true or false', urlHint);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('the URL has a "%" without two digits', urlHint);
  }
}

function s3Url({ bucket, prefix }: S3Location): string {
  const names = prefix.split('/').map(encodeURIComponent);
  return `s3://${bucket}${prefix === '' ? '' : `/${names.join('/')}`}`;
}

function fileUrl({ folder, prefix }: FolderLocation): string {
  return pathToFileURL(join(folder, prefix)).href;
}

const urlHint = 'Write "s3://BUCKET/PREFIX?endpoint=https://HOST", or "file:///FOLDER".';
const keysHint = 'Others can read a URL: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead.';

function invalid(message: string, hint: string): PondError {
  return new PondError('usage', message, { hint });
}

function denied(message: string, hint: string): PondError {
  return new PondError('remote-denied', message, { hint });
}
