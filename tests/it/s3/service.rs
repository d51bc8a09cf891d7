//! The requests of S3 that engines and skep send, answered from the store in memory.

use super::store::{Store, Stored};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CommonPrefix,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput,
    CopyObjectResult, CopySource, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETag, GetBucketLocationInput, GetBucketLocationOutput, GetObjectInput, GetObjectOutput,
    HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput,
    ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output, Object, PutObjectInput,
    PutObjectOutput, StreamingBlob, Timestamp, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use std::convert::Infallible;
use std::sync::Arc;

const KEYS_MAX: i32 = 1_000;

/// Answers requests from one store.
pub(crate) struct Service(pub(crate) Arc<Store>);

#[async_trait::async_trait]
impl S3 for Service {
    async fn list_buckets(
        &self,
        _: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        self.0.admit("ListBuckets", "")?;
        let bucket = |name| s3s::dto::Bucket {
            name: Some(name),
            ..Default::default()
        };
        let buckets = self.0.bucket_names().into_iter().map(bucket).collect();
        let output = ListBucketsOutput {
            buckets: Some(buckets),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.0.admit("HeadBucket", "")?;
        if !self.0.bucket_names().contains(&request.input.bucket) {
            return Err(s3_error!(NoSuchBucket));
        }
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn get_bucket_location(
        &self,
        _: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        Ok(S3Response::new(GetBucketLocationOutput::default()))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let prefix = input.prefix.unwrap_or_default();
        self.0.gates_pass("ListObjectsV2", &prefix).await;
        self.0.admit("ListObjectsV2", &prefix)?;
        self.0.hanging_pass(&input.bucket).await;
        tokio::time::sleep(self.0.latency()).await;
        let after = input.continuation_token.clone().or(input.start_after);
        let keys_max = input.max_keys.unwrap_or(KEYS_MAX).clamp(0, KEYS_MAX);
        let count = usize::try_from(keys_max).unwrap_or(0);
        let delimiter = input.delimiter.as_deref().filter(|mark| !mark.is_empty());
        let page = self
            .0
            .list(&input.bucket, &prefix, delimiter, after.as_deref(), count)?;
        self.0.gates_pass("answer of ListObjectsV2", &prefix).await;
        let is_encoded = input
            .encoding_type
            .as_ref()
            .is_some_and(|encoding| encoding.as_str() == "url");
        let name = |name: String| if is_encoded { encoded(&name) } else { name };
        let object = |(key, stored)| listed((name(key), stored));
        let mut contents: Vec<Object> = page.objects.into_iter().map(object).collect();
        if self.0.is_reversed() {
            contents.reverse();
        }
        let group = |prefix| CommonPrefix {
            prefix: Some(name(prefix)),
        };
        let prefixes: Vec<CommonPrefix> = page.prefixes.into_iter().map(group).collect();
        let output = ListObjectsV2Output {
            key_count: i32::try_from(contents.len() + prefixes.len()).ok(),
            name: Some(input.bucket),
            prefix: Some(prefix),
            delimiter: input.delimiter,
            encoding_type: input.encoding_type,
            max_keys: Some(keys_max),
            is_truncated: Some(page.next.is_some()),
            continuation_token: input.continuation_token,
            next_continuation_token: page.next,
            contents: Some(contents),
            common_prefixes: Some(prefixes),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        self.0.gates_pass("GetObject", &input.key).await;
        self.0.admit("GetObject", &input.key)?;
        let stored = self.0.get(&input.bucket, &input.key)?;
        let wanted = input.if_match.as_ref().and_then(|one| one.as_etag());
        if wanted.is_some_and(|tag| tag.value() != stored.etag) {
            return Err(s3_error!(PreconditionFailed));
        }
        let whole = stored.bytes.len() as u64;
        let (bytes, content_range) = match input.range {
            None => (stored.bytes.clone(), None),
            Some(range) => {
                let part = range.check(whole)?;
                let text = format!("bytes {}-{}/{whole}", part.start, part.end - 1);
                let part = usize::try_from(part.start).unwrap()..usize::try_from(part.end).unwrap();
                (stored.bytes.slice(part), Some(text))
            }
        };
        let output = GetObjectOutput {
            content_length: i64::try_from(bytes.len()).ok(),
            content_range,
            accept_ranges: Some("bytes".to_owned()),
            e_tag: Some(ETag::Strong(stored.etag)),
            last_modified: Some(Timestamp::from(stored.modified)),
            body: Some(StreamingBlob::wrap(stream::iter([Ok::<_, Infallible>(
                bytes,
            )]))),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        self.0.admit("HeadObject", &input.key)?;
        let stored = self.0.get(&input.bucket, &input.key)?;
        let output = HeadObjectOutput {
            content_length: i64::try_from(stored.bytes.len()).ok(),
            accept_ranges: Some("bytes".to_owned()),
            e_tag: Some(ETag::Strong(stored.etag)),
            last_modified: Some(Timestamp::from(stored.modified)),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        self.0.admit("PutObject", &input.key)?;
        let stored = Stored::new(body_read(input.body).await?);
        let output = PutObjectOutput {
            e_tag: Some(ETag::Strong(stored.etag.clone())),
            ..Default::default()
        };
        self.0.put(
            &input.bucket,
            &input.key,
            stored,
            input.if_none_match.is_some(),
        )?;
        Ok(S3Response::new(output))
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        let input = request.input;
        self.0.gates_pass("CopyObject", &input.key).await;
        self.0.admit("CopyObject", &input.key)?;
        let CopySource::Bucket { bucket, key, .. } = &input.copy_source else {
            return Err(s3_error!(NotImplemented));
        };
        let stored = Stored::new(self.0.get(bucket, key)?.bytes);
        let copied = CopyObjectResult {
            e_tag: Some(ETag::Strong(stored.etag.clone())),
            last_modified: Some(Timestamp::from(stored.modified)),
            ..Default::default()
        };
        self.0.put(&input.bucket, &input.key, stored, false)?;
        let output = CopyObjectOutput {
            copy_object_result: Some(copied),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.0.admit("DeleteObject", &request.input.key)?;
        self.0.delete(&request.input.bucket, &request.input.key)?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let input = request.input;
        self.0.gates_pass("DeleteObjects", "").await;
        self.0.admit("DeleteObjects", "")?;
        let mut output = DeleteObjectsOutput::default();
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for object in input.delete.objects {
            match self.0.admit("DeleteObjects key", &object.key) {
                Ok(()) => {
                    self.0.delete(&input.bucket, &object.key)?;
                    deleted.push(DeletedObject {
                        key: Some(object.key),
                        ..Default::default()
                    });
                }
                Err(error) => errors.push(s3s::dto::Error {
                    code: Some(error.code().as_str().to_owned()),
                    key: Some(object.key),
                    message: Some("ordered by the test".to_owned()),
                    version_id: None,
                }),
            }
        }
        output.deleted = Some(deleted);
        output.errors = Some(errors);
        Ok(S3Response::new(output))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        self.0.admit("CreateMultipartUpload", &request.input.key)?;
        let output = CreateMultipartUploadOutput {
            bucket: Some(request.input.bucket),
            key: Some(request.input.key),
            upload_id: Some(self.0.upload_begin()),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let input = request.input;
        self.0.admit("UploadPart", &input.key)?;
        let bytes = body_read(input.body).await?;
        let etag = Stored::new(bytes.clone()).etag;
        self.0
            .upload_part(&input.upload_id, input.part_number, bytes)?;
        let output = UploadPartOutput {
            e_tag: Some(ETag::Strong(etag)),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = request.input;
        self.0.admit("CompleteMultipartUpload", &input.key)?;
        let stored = Stored::new(self.0.upload_end(&input.upload_id)?);
        let output = CompleteMultipartUploadOutput {
            bucket: Some(input.bucket.clone()),
            key: Some(input.key.clone()),
            e_tag: Some(ETag::Strong(stored.etag.clone())),
            ..Default::default()
        };
        self.0.put(
            &input.bucket,
            &input.key,
            stored,
            input.if_none_match.is_some(),
        )?;
        Ok(S3Response::new(output))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.0.admit("AbortMultipartUpload", &request.input.key)?;
        self.0.upload_end(&request.input.upload_id)?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}

/// As S3 encodes keys in a listing: like a form, but with slashes.
fn encoded(key: &str) -> String {
    const KEPT: AsciiSet = NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'*')
        .remove(b'-')
        .remove(b'.')
        .remove(b'_');
    utf8_percent_encode(key, &KEPT)
        .to_string()
        .replace("%20", "+")
}

fn listed((key, stored): (String, Stored)) -> Object {
    Object {
        key: Some(key),
        size: i64::try_from(stored.bytes.len()).ok(),
        e_tag: Some(ETag::Strong(stored.etag)),
        last_modified: Some(Timestamp::from(stored.modified)),
        ..Default::default()
    }
}

async fn body_read(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let mut bytes = BytesMut::new();
    let Some(mut body) = body else {
        return Ok(Bytes::new());
    };
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| s3_error!(IncompleteBody, "{error}"))?);
    }
    Ok(bytes.freeze())
}
