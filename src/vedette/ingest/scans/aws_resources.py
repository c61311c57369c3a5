"""AWS resources as places: an instance by its id, an image by its reference, anything else by its ARN."""

from __future__ import annotations

import re

from vedette.ingest.scans.base import ScanContent, ScanContext
from vedette.ingest.scans.json_values import JsonObject, first_text, obj, texts, unique
from vedette.ingest.scans.subjects import named_place
from vedette.schema import AssetKind, Place

_INSTANCE = re.compile(r"(?:^|[/:])(i-[0-9a-zA-Z]{1,40})$", re.ASCII)
_ADDRESSES = ("ipV4Addresses", "ipV6Addresses", "IpV4Addresses", "IpV6Addresses")


def resource_place(resource: JsonObject, content: ScanContent, context: ScanContext, *, platform: str = "") -> Place:
    """Return the place that a resource of Inspector (``id``, ``type``) or of Security Hub (``Id``, ``Type``) is.

    Tags are no aliases: the instances of a scaling group share their Name. ``platform`` is what the finding says of the
    operating system where the resource itself does not.
    """
    arn = first_text(resource.get("id"), resource.get("Id"))
    kind = first_text(resource.get("type"), resource.get("Type")).replace("_", "").lower()
    details = obj(resource, "details") or obj(resource, "Details")
    region = first_text(resource.get("region"), resource.get("Region"))
    if kind.endswith("ec2instance"):
        instance = obj(details, "awsEc2Instance") or obj(details, "AwsEc2Instance")
        match = _INSTANCE.search(arn)
        name = match[1] if match else arn
        addresses = unique(*(texts(instance.get(key)) for key in _ADDRESSES))
        return named_place(
            content,
            context,
            name,
            AssetKind.HOST,
            aliases=(*((arn,) if arn != name else ()), *addresses),
            operating_system=first_text(instance.get("platform"), platform),
        )
    if kind.endswith("ecrcontainerimage"):
        return _image(arn, _registry(arn, region, details), details, content, context, platform)
    named = AssetKind.REPOSITORY if kind.endswith("coderepository") else AssetKind.CLOUD_RESOURCE
    function = obj(details, "awsLambdaFunction") or obj(details, "AwsLambdaFunction")
    aliases = texts([function.get("functionName"), function.get("FunctionName")])
    return named_place(content, context, arn, named, aliases=aliases)


def _image(
    arn: str, registry: str, details: JsonObject, content: ScanContent, context: ScanContext, platform: str
) -> Place:
    image = obj(details, "awsEcrContainerImage") or obj(details, "AwsEcrContainerImage")
    repository = first_text(image.get("repositoryName"), image.get("RepositoryName"))
    tags = texts(image.get("imageTags")) or texts(image.get("ImageTags"))
    digest = first_text(image.get("imageHash"), image.get("ImageDigest"))
    full = f"{registry}/{repository}" if registry and repository else ""
    named = [f"{full}:{tag}" for tag in tags] if full else []
    if full and digest:
        named.append(f"{full}@{digest}")
    return named_place(
        content,
        context,
        named[0] if named else arn,
        AssetKind.IMAGE,
        aliases=(*named[1:], arn, digest),
        operating_system=first_text(image.get("platform"), platform),
    )


def _registry(arn: str, region: str, details: JsonObject) -> str:
    """Return the host name of an account's registry in a region, empty where either is not said."""
    image = obj(details, "awsEcrContainerImage") or obj(details, "AwsEcrContainerImage")
    account = first_text(image.get("registry"), image.get("RegistryId"))
    if not (account and region):
        return ""
    return f"{account}.dkr.ecr.{region}.amazonaws.com{'.cn' if arn.startswith('arn:aws-cn:') else ''}"


def system_of(place: Place) -> str:
    """Return the distribution that a platform names, in the words of :func:`vedette.knowledge.packages.make_purl`."""
    word = place.operating_system.lower().split("_")[0]
    return {"amazon": "amazon", "rhel": "redhat", "sles": "sles", "oracle": "oracle"}.get(word, word)
