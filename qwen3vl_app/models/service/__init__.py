"""Who runs which model when: the protocol everyone depends on, the host, its queue."""
