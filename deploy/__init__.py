"""What an office needs to run the product: the offline bundle, a container, a service, a reverse proxy."""
