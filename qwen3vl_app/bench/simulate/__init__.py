"""What no computer at hand can hold, simulated: recall, waiting and lost workers at any size.

Every result is marked ``M`` (measured), ``S`` (simulated) or ``C`` (computed).
"""
