"""The entity pattern: what one declaration (`crm_core/entities`) gives every entity, see docs/entities.md."""
