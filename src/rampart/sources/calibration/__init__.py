"""What public production schedules teach: lead times, rate ratios, slips and prices, with intervals and sizes."""
