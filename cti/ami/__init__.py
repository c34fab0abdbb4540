"""The AMI link, tamed: own protocol and actions under panoramisk's Manager."""
