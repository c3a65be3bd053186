import { required } from '../../documents/schema.ts';
import { plainText, secretText } from '../../documents/fieldTypes.ts';

/** Access to a bucket of an S3-compatible store; the specs of Backup and Copy have these fields. */
export const s3Fields = {
  bucket: required(plainText, 'Name of the bucket.', 'pond-backup'),
  region: required(plainText, 'Region of the store; many compatible stores accept `auto`.', 'auto'),
  key: required(
    secretText,
    'Access key id, as a reference to an environment variable. Its value is never stored in the pond.',
    '"${env:S3_KEY}"',
  ),
  secret: required(
    secretText,
    'Secret access key, as a reference to an environment variable. Its value is never stored in the pond.',
    '"${env:S3_SECRET}"',
  ),
  endpoint: required(plainText, 'Address of the store.', 'https://s3.example.org'),
};
